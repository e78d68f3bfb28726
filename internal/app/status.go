package app

import (
	"bytes"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/yinxin-org/yinxin/internal/gm"
	"github.com/yinxin-org/yinxin/internal/httpapi"
	"github.com/yinxin-org/yinxin/internal/status"
	"github.com/yinxin-org/yinxin/statuslist"
)

const (
	// statusSigner is the key that signs the status lists. Its root stands behind nothing else, so that no seal can sign a list.
	statusSigner = "status"
	statusName   = "印信平台状态列表"
	statusYears  = 5
	// statusAnchors is the file in the data folder that holds the root, for those who check elsewhere.
	statusAnchors = "status-anchors.pem"
)

func (a *App) openStatuses() error {
	now := a.Clock.Now()
	signer, root, err := gm.SelfCertified(a.Keys, statusSigner, gm.CertRequest{CommonName: statusName, Usage: gm.Platform,
		NotBefore: now.Add(-time.Minute), NotAfter: now.AddDate(statusYears, 0, 0)}, now)
	if err != nil {
		return fmt.Errorf("open the status lists: %w", err)
	}
	a.Statuses = status.New(status.Options{DB: a.DB, Clock: a.Clock, Log: a.Log, Signer: signer, Chain: [][]byte{signer.Cert()},
		BaseURL: a.Config.BaseURL})
	return os.WriteFile(filepath.Join(a.Config.Data, statusAnchors), gm.EncodePEM(root), 0o600)
}

// serveStatuses publishes the status lists, for anyone to keep.
func (a *App) serveStatuses(mux *http.ServeMux) {
	mux.HandleFunc("GET /status/{list}", func(w http.ResponseWriter, r *http.Request) {
		p, err := a.Statuses.Get(r.Context(), r.PathValue("list"))
		if err != nil {
			httpapi.WriteProblem(w, r, err)
			return
		}
		h := w.Header()
		h.Set("Content-Type", statuslist.MediaType)
		h.Set("Cache-Control", "public, max-age="+strconv.Itoa(int(status.Keep/time.Second)))
		h.Set("ETag", strconv.Quote(strconv.FormatInt(p.Version, 10)))
		http.ServeContent(w, r, "", p.At, bytes.NewReader(p.Token))
	})
}
