package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"sync"
)

//go:embed assets
var assetFiles embed.FS

// file is an embedded file ready to be served.
type file struct {
	body   []byte
	etag   string
	media  string
	packed func() []byte // gzip of body, or nil where that does not pay; made when first asked for
}

// mediaTypes are written down, because what the machine's tables say differs from one to the next.
var mediaTypes = map[string]string{
	".html": "text/html; charset=utf-8", ".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8",
	".mjs": "text/javascript; charset=utf-8", ".json": "application/json", ".map": "application/json",
	".svg": "image/svg+xml", ".png": "image/png", ".jpg": "image/jpeg", ".webp": "image/webp", ".ico": "image/x-icon",
	".wasm": "application/wasm", ".woff2": "font/woff2", ".txt": "text/plain; charset=utf-8",
	".webmanifest": "application/manifest+json",
}

// compressible are the types that gzip makes smaller.
var compressible = map[string]bool{
	".html": true, ".css": true, ".js": true, ".mjs": true, ".json": true, ".map": true, ".svg": true, ".wasm": true,
}

const leastToPack = 1 << 10

func newFile(name string, body []byte) *file {
	ext := strings.ToLower(path.Ext(name))
	media := mediaTypes[ext]
	if media == "" {
		media = "application/octet-stream"
	}
	sum := sha256.Sum256(body)
	f := &file{body: body, etag: hex.EncodeToString(sum[:8]), media: media}
	f.packed = sync.OnceValue(func() []byte {
		if !compressible[ext] || len(body) < leastToPack {
			return nil
		}
		var b bytes.Buffer
		// Once for the life of the process, so as small as it gets. Neither the level nor a bytes.Buffer fails.
		z, _ := gzip.NewWriterLevel(&b, gzip.BestCompression)
		_, _ = z.Write(body)
		_ = z.Close()
		return b.Bytes()
	})
	return f
}

// serve answers with the file. Browsers that hold this very version get 304.
func (f *file) serve(w http.ResponseWriter, r *http.Request, cacheControl string) {
	h := w.Header()
	h.Set("Cache-Control", cacheControl)
	h.Set("Content-Type", f.media)
	h.Add("Vary", "Accept-Encoding")
	body, tag := f.body, `"`+f.etag+`"`
	if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		if z := f.packed(); z != nil {
			body, tag = z, `"`+f.etag+`-gz"`
			h.Set("Content-Encoding", "gzip")
		}
	}
	h.Set("ETag", tag)
	if strings.Contains(r.Header.Get("If-None-Match"), tag) {
		h.Del("Content-Encoding")
		w.WriteHeader(http.StatusNotModified)
		return
	}
	h.Set("Content-Length", fmt.Sprint(len(body)))
	if r.Method == http.MethodHead {
		return
	}
	_, _ = w.Write(body)
}

const (
	revalidate = "no-cache"
	forever    = "public, max-age=31536000, immutable"
)

// loadAssets reads the few files the pages share.
func loadAssets() (map[string]*file, error) {
	sub, err := fs.Sub(assetFiles, "assets")
	if err != nil {
		return nil, fmt.Errorf("open assets: %w", err)
	}
	return loadFiles(sub)
}

func loadFiles(dir fs.FS) (map[string]*file, error) {
	files := map[string]*file{}
	err := fs.WalkDir(dir, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		body, err := fs.ReadFile(dir, name)
		if err != nil {
			return err
		}
		files[name] = newFile(name, body)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read embedded files: %w", err)
	}
	return files, nil
}

// assetURL is the address of a shared file with its version, so that it can be cached for good.
func (s *Site) assetURL(name string) string {
	f, ok := s.assets[name]
	if !ok {
		return "/assets/" + name
	}
	return "/assets/" + name + "?v=" + f.etag
}

func (s *Site) asset(w http.ResponseWriter, r *http.Request) {
	f, ok := s.assets[r.PathValue("name")]
	if !ok {
		http.NotFound(w, r)
		return
	}
	cache := revalidate
	if r.URL.Query().Get("v") == f.etag {
		cache = forever
	}
	f.serve(w, r, cache)
}
