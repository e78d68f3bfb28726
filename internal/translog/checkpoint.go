package translog

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/transparency-dev/merkle/proof"
	"golang.org/x/mod/sumdb/note"
)

// maxCheckpoint bounds the bytes of a signed checkpoint that are looked at.
const maxCheckpoint = 64 << 10

// Checkpoint is what a log commits to: its name, how many leaves it has and the root over them
// (C2SP tlog-checkpoint). Beside them it may commit, in an extension line, to the map of the chains of those leaves. No
// other extension line is made or accepted.
type Checkpoint struct {
	Origin string
	Size   uint64
	Root   []byte // HashSize bytes
	Map    []byte // root of the map, HashSize bytes; nil if the checkpoint commits to none
}

// mapLine begins the extension line with the root of the map.
const mapLine = "yinxin-map-v1 "

var (
	errCheckpoint = errors.New("malformed checkpoint")
	errUnsigned   = errors.New("checkpoint lacks the signature of a given key")
)

// ErrInconsistent says that one tree does not extend another.
var ErrInconsistent = errors.New("one tree does not extend the other")

// Text is the note text that is signed: origin, size and root, a line each, and the line of the map if there is one.
func (c Checkpoint) Text() string {
	text := fmt.Sprintf("%s\n%d\n%s\n", c.Origin, c.Size, base64.StdEncoding.EncodeToString(c.Root))
	if c.Map != nil {
		text += mapLine + base64.StdEncoding.EncodeToString(c.Map) + "\n"
	}
	return text
}

// ParseCheckpoint reads what [Checkpoint.Text] writes; any other spelling is an error.
func ParseCheckpoint(text string) (Checkpoint, error) {
	lines := strings.Split(text, "\n")
	if len(lines) < 4 || len(lines) > 5 || lines[0] == "" {
		return Checkpoint{}, errCheckpoint
	}
	size, err := strconv.ParseUint(lines[1], 10, 64)
	if err != nil {
		return Checkpoint{}, errCheckpoint
	}
	root, err := base64.StdEncoding.DecodeString(lines[2])
	if err != nil || len(root) != HashSize {
		return Checkpoint{}, errCheckpoint
	}
	c := Checkpoint{Origin: lines[0], Size: size, Root: root}
	if len(lines) == 5 {
		coded, _ := strings.CutPrefix(lines[3], mapLine)
		if c.Map, err = base64.StdEncoding.DecodeString(coded); err != nil || len(c.Map) != HashSize {
			return Checkpoint{}, errCheckpoint
		}
	}
	if c.Text() != text {
		return Checkpoint{}, errCheckpoint
	}
	return c, nil
}

// OpenCheckpoint reads a signed checkpoint. Every one of the given keys must have signed it: a log that signs
// with two algorithms is not believed on the weaker one alone. Signatures of other keys are passed over.
func OpenCheckpoint(signed []byte, keys []*Key) (Checkpoint, error) {
	text, err := OpenNote(signed, keys)
	if err != nil {
		return Checkpoint{}, fmt.Errorf("open checkpoint: %w", err)
	}
	return ParseCheckpoint(text)
}

func signedBy(n *note.Note, k *Key) bool {
	for _, s := range n.Sigs {
		if s.Name == k.Name() && s.Hash == k.KeyHash() {
			return true
		}
	}
	return false
}

// Contradicts reports whether no honest log signs both checkpoints, this one first: they are of one size, and of other trees or
// other maps. An older log's checkpoint without a map may be followed by one of the same tree with a map.
func (c Checkpoint) Contradicts(next Checkpoint) bool {
	return c.Size == next.Size && (!bytes.Equal(c.Root, next.Root) || c.Map != nil && !bytes.Equal(c.Map, next.Map))
}

// VerifyConsistency checks by hashes that the tree of head extends the tree of old (RFC 6962 §2.1.2). The empty tree is
// extended by every tree, without hashes. Of one size, both must commit to one map. Otherwise it is ErrInconsistent.
func VerifyConsistency(h Hasher, old, head Checkpoint, hashes [][]byte) error {
	if old.Origin != head.Origin || old.Contradicts(head) || head.Size == 0 && !bytes.Equal(head.Root, h.EmptyRoot()) {
		return ErrInconsistent
	}
	if err := proof.VerifyConsistency(h, old.Size, head.Size, hashes, old.Root, head.Root); err != nil {
		return fmt.Errorf("%w: %w", ErrInconsistent, err)
	}
	return nil
}
