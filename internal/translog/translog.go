// Package translog is the transparency log (存证日志) that makes records impossible to change or drop unseen:
// a Merkle tree in the shape of RFC 6962 over SM3, kept as static files in the C2SP tlog-tiles layout, with
// checkpoints as C2SP signed notes under an Ed25519 and an SM2 key.
//
// It guarantees: a published checkpoint only ever extends the one before it; every file a checkpoint needs
// is durable before the checkpoint is; a file that stands is never changed. Where what is stored contradicts
// the checkpoint it stops with [ErrFatal] rather than sign a second history.
//
// It does not decide which leaves enter, nor in which order: the caller must have decided that durably before
// it calls [Log.Integrate], and must offer the same leaves in the same order after a crash. It knows no SQL
// and no HTTP.
//
// One thing departs from tlog-tiles: the hash is SM3 instead of SHA-256. Both are 32 bytes, so the layout,
// the proofs and the checkpoint text are otherwise the same.
package translog

import "errors"

// ErrFatal says that the stored tree contradicts its checkpoint (a missing or different file, a bad
// signature, a checkpoint that went back). The log must stop and be looked at; going on could fork it.
var ErrFatal = errors.New("log must stop: stored tree contradicts its checkpoint")

// ErrMoved says that someone else has published since this Log last looked. Nothing was changed;
// [Log.Load] and integrate again.
var ErrMoved = errors.New("checkpoint was moved by another sequencer")

const (
	// HashSize is the length of every hash in the tree, in bytes.
	HashSize = 32
	// TileWidth is the number of hashes or entries in a full tile.
	TileWidth = 256
	// MaxEntry is the greatest length of one entry in bytes: bundles give lengths in 16 bits.
	MaxEntry = 1<<16 - 1
	// CheckpointPath is where the published checkpoint stands in a [Store].
	CheckpointPath = "checkpoint"
	// CosignedPath is where the newest checkpoint stands that witnesses have cosigned. It is a file of its own, so that
	// waiting for witnesses never holds up the log.
	CosignedPath = "cosigned"

	tileHeight = 8
)
