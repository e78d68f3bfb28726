package web

import (
	"context"
	"net/http"
	"time"
)

// Prover finds proofs that an office could use a license (可用证明).
type Prover interface {
	// Proof finds one by its 存证编号, or refuses with "proof.unknown". It does not say whose it is.
	Proof(ctx context.Context, no string) (ProofView, error)
}

// ProofView is all that anybody is told of a proof.
type ProofView struct {
	No     string
	At     time.Time
	Type   Text
	State  State
	Matter Text
	Unit   Text
}

// proof shows a proof to whoever scanned its code, at the counter that asked for paper.
func (s *Site) proof(w http.ResponseWriter, r *http.Request) {
	v, err := s.deps.Prover.Proof(r.Context(), r.PathValue("no"))
	if err != nil {
		s.Error(w, r, err)
		return
	}
	p := s.open(w, r)
	p.Data = v
	s.render(w, http.StatusOK, "proof", p)
}
