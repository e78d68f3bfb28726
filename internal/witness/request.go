package witness

import (
	"bytes"
	"encoding/base64"
	"errors"
	"strconv"
	"strings"

	"github.com/yinxin-org/yinxin/internal/translog"
)

const (
	maxProof   = 63        // lines of a consistency proof, by the protocol
	maxRequest = 128 << 10 // bytes of a request that are looked at
)

// Request is what a log asks of a witness (C2SP tlog-witness, add-checkpoint).
type Request struct {
	Old        uint64   // size of what the log believes the witness has signed last
	Proof      [][]byte // that the checkpoint extends it
	Checkpoint translog.Checkpoint
	Signed     []byte // the signed note of the checkpoint
}

var errRequest = errors.New("malformed request to a witness")

// Bytes is the request as it is sent.
func (r Request) Bytes() []byte {
	b := strconv.AppendUint([]byte("old "), r.Old, 10)
	b = append(b, '\n')
	for _, h := range r.Proof {
		b = append(base64.StdEncoding.AppendEncode(b, h), '\n')
	}
	return append(append(b, '\n'), r.Signed...)
}

// ParseRequest reads a request. The form is checked, no signature and no proof.
func ParseRequest(body []byte) (Request, error) {
	head, signed, ok := bytes.Cut(body, []byte("\n\n"))
	if !ok || len(body) > maxRequest {
		return Request{}, errRequest
	}
	lines := strings.Split(string(head), "\n")
	number, ok := strings.CutPrefix(lines[0], "old ")
	if !ok || len(lines) > 1+maxProof {
		return Request{}, errRequest
	}
	old, err := strconv.ParseUint(number, 10, 64)
	if err != nil || strconv.FormatUint(old, 10) != number {
		return Request{}, errRequest
	}
	r := Request{Old: old, Signed: signed}
	for _, line := range lines[1:] {
		h, err := base64.StdEncoding.Strict().DecodeString(line)
		if err != nil || len(h) != translog.HashSize {
			return Request{}, errRequest
		}
		r.Proof = append(r.Proof, h)
	}
	text, err := translog.NoteText(signed)
	if err != nil {
		return Request{}, errRequest
	}
	if r.Checkpoint, err = translog.ParseCheckpoint(text); err != nil {
		return Request{}, errRequest
	}
	return r, nil
}
