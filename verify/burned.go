package verify

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"time"

	"github.com/yinxin-org/yinxin/internal/evidence/leaf"
	"github.com/yinxin-org/yinxin/ses"
)

// Logged says where in a log of evidence the record of a file stands.
//
// Under a burned seal, whose key others know since a moment, a file is valid
// only if two proofs agree that it is older:
//
//   - A time stamp by an authority that the checker trusts, over this very
//     signature, from before the moment. The file alone shows it, offline: no
//     stamp, a stamp by an authority of the thief's own, one from after the
//     moment, and one taken from another file are told apart there. A clock set
//     back does not help the thief, for of the signer's time and the stamp's the
//     later one counts.
//   - Its record in the log, written before the moment and at a place that the
//     log already had then. The file alone cannot show it: receipt and proof
//     that ship with it do ([Evidence]), or the platform that keeps the log. It
//     stops whoever got at the authority's key too, and whoever has a forgery
//     logged afterwards, under whatever time.
//
// Neither proof stands against a platform that rewrites its log before anybody
// has compared checkpoints with it.
type Logged struct {
	At    time.Time // as the leaf says
	Index uint64    // of the leaf, from 0
}

// ErrNotLogged says that a log has no record of a file.
var ErrNotLogged = errors.New("verify: the log has no record of the file")

// burned says how a file stands to the theft of its seal's key.
func (c *check) burned(r RevokedSeal, latest time.Time, trusted bool) string {
	switch {
	case !latest.Before(r.At):
		return "burned"
	case !trusted:
		return "burnedUnstamped"
	case r.Leaves == nil:
		return "burnedBefore"
	case c.o.Logged == nil:
		return "burnedUnasked"
	}
	found, err := c.o.Logged(ses.Digest(c.raw), c.name)
	switch {
	case errors.Is(err, ErrNotLogged):
		return "burnedUnlogged"
	case err != nil:
		return "burnedUnasked"
	case !found.At.Before(r.At) || found.Index >= *r.Leaves:
		return "burnedLate"
	}
	return "burnedBefore"
}

// Evidence reads the evidence that ships with a license file, as [Log] does,
// and gives with the report what Options.Logged asks for. Unless the report is
// valid, and of the file that is asked about, the log has no record of it.
func Evidence(pub, receipt, proof []byte) (LogReport, func(digest [32]byte, identifier string) (Logged, error)) {
	r := Log(pub, receipt, proof)
	return r, func(digest [32]byte, _ string) (Logged, error) {
		var body struct {
			File string `json:"file"`
		}
		if r.Verdict != LogValid || r.Kind != leaf.License || json.Unmarshal(r.Body, &body) != nil || body.File != hex.EncodeToString(digest[:]) {
			return Logged{}, ErrNotLogged
		}
		at, err := time.Parse(time.RFC3339Nano, r.At)
		if err != nil {
			return Logged{}, ErrNotLogged
		}
		return Logged{At: at, Index: r.Index}, nil
	}
}
