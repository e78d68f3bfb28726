package blob

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/google/uuid"
)

// A pack is one file that holds many, so that a million licenses are not a million small writes. It begins with
// packMagic; each file in it stands behind a head that tells its length and check sum, so that a pack lists itself.
// What a crash cut off at its end is a head without all of its file: no reference names it, and nobody reads it. Packs
// are only written to by who began them: after a crash, or when writing failed, the next file begins a new one.
const (
	packMagic = "YXPACK01"
	headSize  = 12 // "file", length, CRC-32C over these two and the file; big-endian
	headMagic = 0x66696c65
	packSize  = 64 << 20 // a pack that has grown so long takes no further file
	packDir   = "packs"
	packRef   = "pack:"
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// Pile is some files that are laid down together, in the pack that the folder is writing just now. Add writes, Sync makes
// all that was added durable and ends the pile; only then the references count. Add may be called by several goroutines.
type Pile struct {
	f *Folder

	mu    sync.Mutex
	packs []*pack // those it has files in
}

// pack is one that is being written.
type pack struct {
	id   string
	file *os.File

	writing sync.RWMutex // read-held while a file is written
	failed  atomic.Pointer[error]

	// Guarded by Folder.mu:
	end     int64 // where the next head goes
	piles   int   // that have files in it and have not ended
	retired bool  // takes no further file
}

// Pile begins a pile. Whoever begins one ends it, by Sync or Drop.
func (f *Folder) Pile() *Pile { return &Pile{f: f} }

// Add writes a file and gives its reference.
func (p *Pile) Add(_ context.Context, data []byte) (ref string, err error) {
	if int64(len(data)) > math.MaxUint32 {
		return "", errors.New("add to pack: the file is too large")
	}
	k, at, err := p.room(int64(headSize + len(data)))
	if err != nil {
		return "", fmt.Errorf("add to pack: %w", err)
	}
	defer k.writing.RUnlock()
	head := make([]byte, headSize)
	binary.BigEndian.PutUint32(head, headMagic)
	binary.BigEndian.PutUint32(head[4:], uint32(len(data)))
	binary.BigEndian.PutUint32(head[8:], crc32.Update(crc32.Checksum(head[:8], castagnoli), castagnoli, data))
	if _, err = k.file.WriteAt(head, at); err == nil {
		_, err = k.file.WriteAt(data, at+headSize)
	}
	if err != nil {
		k.failed.CompareAndSwap(nil, &err)
		return "", fmt.Errorf("add to pack: %w", err)
	}
	return packRef + k.id + ":" + strconv.FormatInt(at+headSize, 10) + ":" + strconv.Itoa(len(data)), nil
}

// room reserves the place of a file and holds the pack's writing until the caller has written it.
func (p *Pile) room(size int64) (*pack, int64, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.f.mu.Lock()
	defer p.f.mu.Unlock()
	k := p.f.pack
	if k != nil && (k.end >= packSize || k.failed.Load() != nil) {
		k.retire()
		k = nil
	}
	if k == nil {
		var err error
		if k, err = p.f.newPack(); err != nil {
			return nil, 0, err
		}
		p.f.pack = k
	}
	if !slices.Contains(p.packs, k) {
		p.packs = append(p.packs, k)
		k.piles++
	}
	at := k.end
	k.end += size
	k.writing.RLock()
	return k, at, nil
}

// Sync makes durable what was added. After an error no file of the pile counts.
func (p *Pile) Sync() error {
	defer p.Drop()
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, k := range p.packs {
		if err := k.sync(); err != nil {
			return fmt.Errorf("sync pack: %w", err)
		}
	}
	return nil
}

// Drop ends the pile without making it durable. What it wrote stays unread.
func (p *Pile) Drop() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.f.mu.Lock()
	defer p.f.mu.Unlock()
	for _, k := range p.packs {
		if k.piles--; k.retired && k.piles == 0 {
			_ = k.file.Close() // what counts in it was synced
		}
	}
	p.packs = nil
}

// sync waits for the files under way, so that what is durable has no hole before it. A pack in which something failed
// is given up: what a failed write or sync left behind cannot be known.
func (k *pack) sync() error {
	k.writing.Lock()
	k.writing.Unlock() //nolint:staticcheck // only to wait
	if failed := k.failed.Load(); failed != nil {
		return *failed
	}
	if err := k.file.Sync(); err != nil {
		k.failed.CompareAndSwap(nil, &err)
		return err
	}
	return nil
}

func (k *pack) retire() {
	if k.retired = true; k.piles == 0 {
		_ = k.file.Close()
	}
}

// newPack begins a pack under a name that nobody has used.
func (f *Folder) newPack() (*pack, error) {
	dir := filepath.Join(f.dir, packDir)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	if err := syncDir(f.dir); err != nil {
		return nil, err
	}
	id, err := uuid.NewV7()
	if err != nil {
		return nil, err
	}
	k := &pack{id: strings.ReplaceAll(id.String(), "-", ""), end: int64(len(packMagic))}
	if k.file, err = os.OpenFile(f.packPath(k.id), os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600); err != nil {
		return nil, err
	}
	if _, err = k.file.WriteString(packMagic); err == nil {
		err = syncDir(dir)
	}
	if err != nil {
		return nil, errors.Join(err, k.file.Close())
	}
	return k, nil
}

func (f *Folder) packPath(id string) string { return filepath.Join(f.dir, packDir, id+".pack") }

// getPacked reads one file of a pack. That it is what was stored shows when it is decrypted.
func (f *Folder) getPacked(ref string) ([]byte, error) {
	id, at, n, ok := parsePackRef(ref)
	if !ok {
		return nil, ErrNotFound
	}
	file, err := os.Open(f.packPath(id))
	if errors.Is(err, os.ErrNotExist) {
		return nil, ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("get blob: %w", err)
	}
	defer func() { _ = file.Close() }()
	// A reference that lies must not take memory for what is not there.
	if info, err := file.Stat(); err != nil || info.Size() < at+n {
		return nil, ErrNotFound
	}
	data := make([]byte, n)
	if _, err := file.ReadAt(data, at); err != nil {
		return nil, fmt.Errorf("get blob: %w", err)
	}
	return data, nil
}

// parsePackRef reads pack:ID:OFFSET:LENGTH.
func parsePackRef(ref string) (id string, at, n int64, ok bool) {
	parts := strings.Split(strings.TrimPrefix(ref, packRef), ":")
	if len(parts) != 3 || len(parts[0]) != 32 || strings.Trim(parts[0], "0123456789abcdef") != "" {
		return "", 0, 0, false
	}
	at, err := strconv.ParseInt(parts[1], 10, 64)
	if err != nil || at < int64(len(packMagic)+headSize) || strconv.FormatInt(at, 10) != parts[1] {
		return "", 0, 0, false
	}
	n, err = strconv.ParseInt(parts[2], 10, 64)
	if err != nil || n < 0 || n > math.MaxUint32 || at > 1<<40 || strconv.FormatInt(n, 10) != parts[2] {
		return "", 0, 0, false
	}
	return parts[0], at, n, true
}

// Packed is one file that a pack holds.
type Packed struct {
	Ref    string
	Length int64
	Whole  bool // its check sum agrees
}

// Packs lists the packs of a folder.
func (f *Folder) Packs() ([]string, error) {
	found, err := filepath.Glob(filepath.Join(f.dir, packDir, "*.pack"))
	if err != nil {
		return nil, fmt.Errorf("list packs: %w", err)
	}
	for i, path := range found {
		found[i] = strings.TrimSuffix(filepath.Base(path), ".pack")
	}
	return found, nil
}

// ListPack reads a pack from its beginning and gives the files in it. rest is how many bytes at its end belong to no
// file: what a crash cut off.
func (f *Folder) ListPack(id string) (files []Packed, rest int64, err error) {
	file, err := os.Open(f.packPath(id))
	if err != nil {
		return nil, 0, fmt.Errorf("list pack: %w", err)
	}
	defer func() { _ = file.Close() }()
	info, err := file.Stat()
	if err != nil {
		return nil, 0, fmt.Errorf("list pack: %w", err)
	}
	at := int64(len(packMagic))
	head := make([]byte, headSize)
	for at+headSize <= info.Size() {
		if _, err := file.ReadAt(head, at); err != nil {
			return nil, 0, fmt.Errorf("list pack: %w", err)
		}
		n := int64(binary.BigEndian.Uint32(head[4:]))
		if binary.BigEndian.Uint32(head) != headMagic || at+headSize+n > info.Size() {
			break
		}
		sum := crc32.New(castagnoli)
		_, _ = sum.Write(head[:8])
		if _, err := io.Copy(sum, io.NewSectionReader(file, at+headSize, n)); err != nil {
			return nil, 0, fmt.Errorf("list pack: %w", err)
		}
		files = append(files, Packed{Ref: fmt.Sprintf("%s%s:%d:%d", packRef, id, at+headSize, n), Length: n,
			Whole: sum.Sum32() == binary.BigEndian.Uint32(head[8:])})
		at += headSize + n
	}
	return files, max(info.Size()-at, 0), nil
}
