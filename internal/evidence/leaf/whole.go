package leaf

import (
	"github.com/emmansun/gmsm/sm3"
)

// MaxWholeFile bounds the size of whole.json in bytes.
const MaxWholeFile = 16 << 20

// Whole is whole.json: all records of one holder or issuer's unit under a signed checkpoint, and the proof that none is
// left out. It tells when there was a record and of what kind, not what it says. Byte strings are base64 in JSON.
type Whole struct {
	Kind       string      `json:"kind" enum:"holder,issuer"` // whose list it is
	Label      []byte      `json:"label"`                     // where the chain stands in the map; the same in every file
	From       Before      `json:"from"`                      // what comes before the list
	Leaves     []WholeLeaf `json:"leaves"`                    // in the order of the log
	Count      uint64      `json:"count"`                     // of the chain's leaves, those before the list included
	Head       []byte      `json:"head"`                      // of the chain, as the map has it
	Hashes     [][]byte    `json:"hashes"`                    // proof of the map, from the label up; an empty one is an empty subtree
	Other      *Beside     `json:"other,omitempty"`           // if there is no chain: the one that stands in its place
	Checkpoint string      `json:"checkpoint"`                // signed note; its line yinxin-map-v1 has the root of the map
}

// Before is how far a chain had come.
type Before struct {
	Count uint64 `json:"count"`
	Head  []byte `json:"head"`
}

// WholeLeaf is one record of the list.
type WholeLeaf struct {
	No   string `json:"no"`   // 存证编号; the record, opened, shows that it is this leaf's
	Leaf []byte `json:"leaf"` // as in the log
}

// Beside is the chain of someone else that the map has where the label would stand.
type Beside struct {
	Label []byte `json:"label"`
	Count uint64 `json:"count"`
	Head  []byte `json:"head"`
}

// ParseWhole reads whole.json. It checks the form only.
func ParseWhole(b []byte) (Whole, error) {
	var w Whole
	if err := parseBounded(b, MaxWholeFile, &w); err != nil {
		return Whole{}, err
	}
	hashes := [][]byte{w.Label, w.From.Head, w.Head}
	if w.Other != nil {
		hashes = append(hashes, w.Other.Label, w.Other.Head)
	}
	for _, h := range w.Hashes {
		if len(h) > 0 {
			hashes = append(hashes, h)
		}
	}
	for _, h := range hashes {
		if len(h) != sm3.Size {
			return Whole{}, ErrFile
		}
	}
	if w.Kind != "holder" && w.Kind != "issuer" || w.Checkpoint == "" || len(w.Hashes) > 8*sm3.Size ||
		w.Count < w.From.Count || w.Count-w.From.Count != uint64(len(w.Leaves)) {
		return Whole{}, ErrFile
	}
	return w, nil
}

// Promise is what whoever received data keeps of the record of it: the leaf and the log's promise to enter it. It tells
// nothing of what the record says. A receipt has the same and more.
type Promise struct {
	No      string `json:"no"`
	Leaf    []byte `json:"leaf"`
	Promise []byte `json:"promise"` // Ed25519 signature of PromiseText
}

// ParsePromise reads promise.json or a receipt.json. It checks the form only.
func ParsePromise(b []byte) (Promise, error) {
	if r, err := ParseReceipt(b); err == nil {
		return Promise{No: r.No, Leaf: r.Leaf, Promise: r.Promise}, nil
	}
	var p Promise
	if err := parseFile(b, &p); err != nil {
		return Promise{}, err
	}
	if len(p.Leaf) == 0 {
		return Promise{}, ErrFile
	}
	return p, nil
}
