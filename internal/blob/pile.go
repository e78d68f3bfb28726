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
	"reflect"
	"strconv"
	"strings"
	"sync"
	"syscall"

	"github.com/google/uuid"
)

// A pack is one file that holds many, so that a million licenses are not a million small writes. It begins with
// packMagic; each file in it stands behind a head that tells its length and check sum, so that a pack lists itself.
// What a pile laid down ends at the end of a block, behind zeroes. What a crash cut off at the end of a pack is a head
// without all of its file: no reference names it, and nobody reads it. Packs are only written to by who began them:
// after a crash, or when writing failed, the next file begins a new one.
const (
	packMagic = "YXPACK01"
	headSize  = 12 // "file", length, CRC-32C over these two and the file; big-endian
	headMagic = 0x66696c65
	packSize  = 64 << 20 // a pack that has grown so long takes no further file
	packDir   = "packs"
	packRef   = "pack:"

	// blockSize is what writes past the page cache are multiples of.
	blockSize = 4096
	// writeSize is how much is written at once: so much that the scheduler notices the wait and gives the processor to others.
	writeSize = 8 << 20
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// Pile is some files that are laid down together. Add gathers them, Sync makes all that was added durable and ends the
// pile; only then the references count. Add may be called by several goroutines.
//
// Packs are written past the page cache where the system can: hundreds of megabytes that nobody reads soon would push out
// what is read, and filling the cache costs more processor time than sealing a license.
type Pile struct {
	f *Folder

	mu    sync.Mutex
	pack  *pack   // the last of packs
	packs []*pack // nobody else writes to them until the pile has ended
	buf   []byte  // what goes to the end of pack; full at writeSize
	spare []byte  // is being written
	under sync.WaitGroup
}

// pack is one that is being written, by one pile at a time.
type pack struct {
	id    string
	file  *os.File
	start int64 // where its pile began; a multiple of blockSize
	end   int64 // where its pile has come to, without what is in the pile's buffer

	failed error // guarded by the pile's WaitGroup
}

// Pile begins a pile. Whoever begins one ends it, by Sync or Drop.
func (f *Folder) Pile() *Pile { return &Pile{f: f} }

// Add takes a file in and gives its reference.
func (p *Pile) Add(_ context.Context, data []byte) (ref string, err error) {
	if int64(len(data)) > math.MaxUint32 {
		return "", errors.New("add to pack: the file is too large")
	}
	head := make([]byte, headSize)
	binary.BigEndian.PutUint32(head, headMagic)
	binary.BigEndian.PutUint32(head[4:], uint32(len(data)))
	binary.BigEndian.PutUint32(head[8:], crc32.Update(crc32.Checksum(head[:8], castagnoli), castagnoli, data))
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.pack != nil && p.pack.end+int64(len(p.buf)) >= packSize {
		p.flush()
		p.pack = nil
	}
	if p.pack == nil {
		if err := p.begin(); err != nil {
			return "", fmt.Errorf("add to pack: %w", err)
		}
	}
	p.append(head)
	at := p.pack.end + int64(len(p.buf))
	p.append(data)
	return packRef + p.pack.id + ":" + strconv.FormatInt(at, 10) + ":" + strconv.Itoa(len(data)), nil
}

// begin takes a pack to write to.
func (p *Pile) begin() error {
	k, err := p.f.takePack()
	if err != nil {
		return err
	}
	p.pack, p.packs = k, append(p.packs, k)
	if k.end == 0 {
		p.append([]byte(packMagic))
	}
	return nil
}

// append writes to the end of the pack, a full buffer at a time.
func (p *Pile) append(data []byte) {
	for len(data) > 0 {
		if p.buf == nil {
			p.buf = rooms.Get().([]byte)[:0]
		}
		n := min(len(data), writeSize-len(p.buf))
		p.buf = append(p.buf, data[:n]...)
		if data = data[n:]; len(p.buf) == writeSize {
			p.flush()
		}
	}
}

// flush has the buffer written, filled up to a whole block, while the next one is filled.
func (p *Pile) flush() {
	p.under.Wait()
	k, buf, at := p.pack, p.buf, p.pack.end
	if over := len(buf) % blockSize; over > 0 {
		buf = append(buf, make([]byte, blockSize-over)...)
	}
	k.end += int64(len(buf))
	p.buf, p.spare = p.spare[:0], buf
	if k.failed != nil {
		return
	}
	p.under.Go(func() { _, k.failed = k.file.WriteAt(buf, at) })
}

// Sync makes durable what was added. After an error no file of the pile counts.
func (p *Pile) Sync() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.pack != nil {
		p.flush()
	}
	p.under.Wait()
	var failed error
	for _, k := range p.packs {
		if k.failed == nil {
			k.failed = k.file.Sync()
		}
		failed = errors.Join(failed, k.failed)
	}
	for _, k := range p.packs {
		p.f.returnPack(k)
	}
	p.end()
	if failed != nil {
		return fmt.Errorf("sync pack: %w", failed)
	}
	return nil
}

// Drop ends the pile without making it durable. What it wrote will be written over.
func (p *Pile) Drop() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.under.Wait()
	for _, k := range p.packs {
		k.end = k.start
		p.f.returnPack(k)
	}
	p.end()
}

// end gives back what the pile wrote from. A pile that ended may begin anew.
func (p *Pile) end() {
	for _, room := range [][]byte{p.buf, p.spare} {
		if room != nil {
			rooms.Put(room) //nolint:staticcheck // a slice's header beside eight megabytes
		}
	}
	p.pack, p.packs, p.buf, p.spare = nil, nil, nil, nil
}

// rooms are what piles gather files in.
var rooms = sync.Pool{New: func() any { return aligned(writeSize) }}

// takePack gives a pack that nobody writes to just now.
func (f *Folder) takePack() (*pack, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if last := len(f.packs) - 1; last >= 0 {
		k := f.packs[last]
		f.packs = f.packs[:last]
		return k, nil
	}
	return f.newPack()
}

// returnPack takes back a pack of a pile that has ended. One that is full is closed, and so is one in which something
// failed: what a failed write or sync left behind cannot be known.
func (f *Folder) returnPack(k *pack) {
	if k.failed != nil || k.end >= packSize {
		_ = k.file.Close() // what counts in it was synced
		return
	}
	k.start = k.end
	f.mu.Lock()
	defer f.mu.Unlock()
	f.packs = append(f.packs, k)
}

// aligned is memory that begins where a block of it could, as writes past the page cache want it.
func aligned(size int) []byte {
	room := make([]byte, size+blockSize)
	skip := blockSize - int(reflect.ValueOf(room).Pointer()%blockSize)
	return room[skip : skip+size : skip+size]
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
	k := &pack{id: strings.ReplaceAll(id.String(), "-", "")}
	const flags = os.O_RDWR | os.O_CREATE | os.O_EXCL
	k.file, err = os.OpenFile(f.packPath(k.id), flags|direct, 0o600)
	if errors.Is(err, syscall.EINVAL) { // this file system cannot
		k.file, err = os.OpenFile(f.packPath(k.id), flags&^os.O_EXCL, 0o600)
	}
	if err != nil {
		return nil, err
	}
	if err := syncDir(dir); err != nil {
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
	at, size := int64(len(packMagic)), info.Size()
	head := make([]byte, headSize)
	for at < size {
		if _, err := file.ReadAt(head, at); err != nil && !errors.Is(err, io.EOF) {
			return nil, 0, fmt.Errorf("list pack: %w", err)
		}
		n := int64(binary.BigEndian.Uint32(head[4:]))
		if at+headSize > size || binary.BigEndian.Uint32(head) != headMagic {
			if block := (at + blockSize - 1) / blockSize * blockSize; block > at && block <= size { // the end of a pile
				at = block
				continue
			}
			break
		}
		if at+headSize+n > size {
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
	return files, max(size-at, 0), nil
}
