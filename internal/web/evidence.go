package web

import (
	"context"
	"net/http"
	"time"

	"github.com/yinxin-org/yinxin/internal/authn"
)

// Evidence finds records by their 存证编号.
type Evidence interface {
	// Entry tells what anybody may know of a record, or refuses with "evidence.unknown".
	Entry(ctx context.Context, no string) (EntryView, error)
	// Receipt tells a holder of one use of their licenses, with its place in the log.
	Receipt(ctx context.Context, actor *authn.Actor, no string) (ReceiptView, error)
}

// EntryView is a record as the log has it.
type EntryView struct {
	No         string
	Kind       Text
	At         time.Time
	Leaf       string // base64
	Hash       string // base64
	Placed     bool   // it stands under a published checkpoint; what follows is empty until then
	Place      uint64 // from 1
	Size       uint64
	Checkpoint string // the signed note
	Witnesses  []WitnessView
	Need       int
	Log        string // name of the log
	Address    string // of the public page
}

// WitnessView is a witness that has cosigned a checkpoint.
type WitnessView struct {
	Name string
	At   time.Time
}

// ReceiptView is one use on paper (存证凭证).
type ReceiptView struct {
	EntryView
	Given   bool
	Reason  Text // of a refusal
	Type    Text
	Holder  string // masked
	Unit    Text
	Rule    Text // the sentence of the rule that decided
	Clause  string
	Matter  Text
	CaseNo  string
	Purpose Text
	Fields  []Text
	Printed time.Time
}

// entry shows what anybody may know of a record, to whoever has its number.
func (s *Site) entry(w http.ResponseWriter, r *http.Request) {
	v, err := s.deps.Evidence.Entry(r.Context(), r.PathValue("no"))
	if err != nil {
		s.Error(w, r, err)
		return
	}
	p := s.open(w, r)
	p.Data = v
	s.render(w, http.StatusOK, "entry", p)
}

// receipt shows a holder one use as it goes on paper.
func (s *Site) receipt(w http.ResponseWriter, r *http.Request) {
	actor, _, err := s.actor(r)
	if err != nil {
		s.Error(w, r, err)
		return
	}
	if !actor.Has(authn.RoleHolder) {
		http.Redirect(w, r, "/login?next="+r.URL.EscapedPath(), http.StatusSeeOther) //nolint:gosec // always our own login page
		return
	}
	v, err := s.deps.Evidence.Receipt(r.Context(), actor, r.PathValue("no"))
	if err != nil {
		s.Error(w, r, err)
		return
	}
	p := s.open(w, r)
	p.Data = v
	w.Header().Set("Cache-Control", "no-store")
	s.render(w, http.StatusOK, "receipt", p)
}
