package statuslist

import (
	"bytes"
	"compress/zlib"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// Status is the number that a list holds for one license.
type Status uint8

// The registered numbers (draft clause 7.1). 3 and 12 to 15 are for the
// application to give a meaning to, all others are reserved.
const (
	Valid     Status = 0 // 有效
	Invalid   Status = 1 // for good: ended, whatever the cause
	Suspended Status = 2 // for the time being
)

// What a list or a token is refused for.
var (
	ErrBits   = errors.New("statuslist: an entry has 1, 2, 4 or 8 bits")
	ErrSize   = errors.New("statuslist: larger than what is read")
	ErrIndex  = errors.New("statuslist: no such entry in the list")
	ErrStatus = errors.New("statuslist: the status does not fit the bits of an entry")
	ErrFormat = errors.New("statuslist: not in the form of a status list")
)

// MaxBytes bounds a list: 2²³ entries of 4 bits. What unpacks to more is
// refused before it fills the memory.
const MaxBytes = 4 << 20

// List is a status list without signature. It is not safe for concurrent
// changes.
type List struct {
	bits int
	data []byte
}

// New makes a list in which all entries are Valid. The number of entries is
// rounded up to whole bytes. It fails with ErrBits and ErrSize.
func New(bits, entries int) (*List, error) {
	if !fit(bits) {
		return nil, ErrBits
	}
	if entries < 1 || entries > MaxBytes*8/bits {
		return nil, ErrSize
	}
	return &List{bits: bits, data: make([]byte, (entries*bits+7)/8)}, nil
}

func fit(bits int) bool { return bits == 1 || bits == 2 || bits == 4 || bits == 8 }

// Bits is the size of an entry.
func (l *List) Bits() int { return l.bits }

// Len is the number of entries, those that fill the last byte included.
func (l *List) Len() int { return len(l.data) * 8 / l.bits }

// Get gives the status at an index, or ErrIndex. An index outside the list
// says nothing about the license: it must not be taken for valid.
func (l *List) Get(index int) (Status, error) {
	if index < 0 || index >= l.Len() {
		return 0, ErrIndex
	}
	at, shift := l.place(index)
	return Status(l.data[at]>>shift) & l.mask(), nil
}

// Set changes the status at an index. It fails with ErrIndex and ErrStatus.
func (l *List) Set(index int, s Status) error {
	if index < 0 || index >= l.Len() {
		return ErrIndex
	}
	if s > l.mask() {
		return ErrStatus
	}
	at, shift := l.place(index)
	l.data[at] = l.data[at]&^(byte(l.mask())<<shift) | byte(s)<<shift
	return nil
}

func (l *List) mask() Status { return Status(1<<l.bits - 1) }

// place gives the byte of an entry and how far from its lowest bit the entry
// begins: entries fill a byte from the lowest bits on (draft clause 4.1).
func (l *List) place(index int) (at int, shift uint) {
	bit := index * l.bits
	return bit / 8, uint(bit % 8)
}

// encoded is the list's JSON (draft clause 4.2).
type encoded struct {
	Bits int    `json:"bits"`
	List string `json:"lst"`
}

// MarshalJSON gives {"bits":…,"lst":…}: packed with ZLIB at its best, in
// base64url without padding.
func (l *List) MarshalJSON() ([]byte, error) {
	if !fit(l.bits) || len(l.data) == 0 {
		return nil, ErrBits
	}
	var packed bytes.Buffer
	w, err := zlib.NewWriterLevel(&packed, zlib.BestCompression)
	if err != nil {
		return nil, fmt.Errorf("statuslist: pack: %w", err)
	}
	if _, err := w.Write(l.data); err != nil {
		return nil, fmt.Errorf("statuslist: pack: %w", err)
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("statuslist: pack: %w", err)
	}
	return json.Marshal(encoded{l.bits, base64.RawURLEncoding.EncodeToString(packed.Bytes())})
}

// UnmarshalJSON reads what MarshalJSON gives, and what others packed in
// another way. It fails with ErrFormat, ErrBits and, for more than MaxBytes,
// ErrSize.
func (l *List) UnmarshalJSON(text []byte) error {
	var e encoded
	if err := json.Unmarshal(text, &e); err != nil {
		return ErrFormat
	}
	if !fit(e.Bits) {
		return ErrBits
	}
	packed, err := base64.RawURLEncoding.Strict().DecodeString(e.List)
	if err != nil {
		return ErrFormat
	}
	data, err := unpack(packed)
	if err != nil {
		return err
	}
	l.bits, l.data = e.Bits, data
	return nil
}

func unpack(packed []byte) ([]byte, error) {
	in := bytes.NewReader(packed)
	r, err := zlib.NewReader(in)
	if err != nil {
		return nil, ErrFormat
	}
	data, err := io.ReadAll(io.LimitReader(r, MaxBytes+1))
	switch {
	case err != nil:
		return nil, ErrFormat
	case len(data) > MaxBytes:
		return nil, ErrSize
	case len(data) == 0 || in.Len() > 0: // nothing, or something behind the end
		return nil, ErrFormat
	}
	return data, nil
}
