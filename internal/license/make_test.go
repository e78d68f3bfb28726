package license_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/yinxin-org/yinxin/internal/access"
	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/blob"
	"github.com/yinxin-org/yinxin/internal/demo"
	"github.com/yinxin-org/yinxin/internal/license"
	"github.com/yinxin-org/yinxin/test/world"
	"github.com/yinxin-org/yinxin/verify"
)

// shelf keeps files in memory and does what a disk and a crash can do: fail before, or after the file is kept.
type shelf struct {
	mu     sync.Mutex
	files  map[string][]byte
	before func() error
	after  func() error
	puts   atomic.Int32
}

func (s *shelf) Put(_ context.Context, data []byte) (string, error) {
	s.puts.Add(1)
	if s.before != nil {
		if err := s.before(); err != nil {
			return "", err
		}
	}
	s.mu.Lock()
	ref := string(rune('a' + len(s.files)))
	s.files[ref] = data
	s.mu.Unlock()
	if s.after != nil {
		return ref, s.after()
	}
	return ref, nil
}

func (s *shelf) Get(_ context.Context, ref string) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if data, ok := s.files[ref]; ok {
		return data, nil
	}
	return nil, errors.New("no such file")
}

// Pile is not for the shelf: bulks have tests of their own.
func (s *shelf) Pile() *blob.Pile { panic("a bulk on the shelf") }

func (s *shelf) Remove(context.Context, string) error { panic("an erasure on the shelf") }

// brittle is a store of licenses over a world whose files are kept on a shelf.
func brittle(t *testing.T, w *world.World) (*license.Store, *shelf) {
	t.Helper()
	f := &shelf{files: map[string][]byte{}}
	s, _, err := license.Open(license.Options{DB: w.DB, Keys: w.Keys, Clock: w.Now, Units: w.Units, Types: w.Types, Holders: w.Holders,
		Seals: w.Seals, Book: w.Book, Files: f, Faces: w.Faces, Registers: w.Registers})
	if err != nil {
		t.Fatal(err)
	}
	return s, f
}

func TestMadeFileIsValid(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		l := issued(t, w, food(t, w))
		owner := &authn.Actor{AccountID: "x", Kind: authn.KindHolder, HolderID: l.HolderID, Roles: []string{"holder"}}
		r, err := w.Door.Own(context.Background(), owner, l.ID, access.File)
		if err != nil {
			t.Fatal(err)
		}
		report := w.VerifyFile(r.Content)
		if report.Verdict != verify.Valid || len(report.Seals) != 1 || !report.Coverage.ListClosed {
			t.Errorf("%s: %v, %d seals", report.Verdict, report.Causes, len(report.Seals))
		}
		if got := actions(t, w, l); !slices.Equal(got, []string{"draft", "seal", "publish"}) {
			t.Errorf("its life is %v", got)
		}
		if l.State(world.Start) != license.Valid || l.ReviewerID != reviewer || l.FileRef == "" || len(l.FileDigest) != 64 {
			t.Errorf("%+v", l)
		}
	})
}

// A type of two seals gets both, the second one closes the list.
func TestTwoSeals(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	firm := w.Cast(t, "builder-firm")
	d := draftOf(t, w, demo.ConstructionPermit, map[string]string{"KZ_GCMC": "数字产业园", "KZ_JSDZ": firm.Address, "KZ_JSGM": "建筑面积9000平方米",
		"KZ_HTJG": "2000", "KZ_KCDW": "勘察公司", "KZ_SJDW": "设计公司", "KZ_SGDW": "施工公司", "KZ_JLDW": "监理公司", "KZ_XMJL": "郑启航",
		"KZ_ZJLGCS": "郑启航", "KZ_HTGQ": "360"}, "builder-firm")
	l := issued(t, w, d)
	owner := &authn.Actor{AccountID: "x", Kind: authn.KindHolder, HolderID: l.HolderID, Roles: []string{"holder"}}
	r, err := w.Door.Own(context.Background(), owner, l.ID, access.File)
	if err != nil {
		t.Fatal(err)
	}
	report := w.VerifyFile(r.Content)
	if report.Verdict != verify.Valid || len(report.Seals) != 2 || !report.Coverage.ListClosed {
		t.Errorf("%s: %v, %d seals", report.Verdict, report.Causes, len(report.Seals))
	}
}

func TestMakingAgainChangesNothing(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		first := make1(t, w, enter(t, w, food(t, w)))
		again := make1(t, w, first)
		if again.FileRef != first.FileRef || again.FileDigest != first.FileDigest || again.RowVersion != first.RowVersion {
			t.Error("a second making changed the license")
		}
		if got := actions(t, w, first); !slices.Equal(got, []string{"draft", "seal"}) {
			t.Errorf("its life is %v", got)
		}
		published, err := review(w, first, reviewer, true)
		if err != nil {
			t.Fatal(err)
		}
		if after := make1(t, w, published); after.Step != license.StepPublished || after.FileRef != first.FileRef {
			t.Error("a making after publishing changed the license")
		}
	})
}

// Of several that make at once, one file counts, and all of them say so.
func TestMakingAtOnce(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		s, shelf := brittle(t, w)
		const n = 4
		var gate sync.WaitGroup
		gate.Add(n)
		shelf.before = func() error { gate.Done(); gate.Wait(); return nil } // all have drawn before one keeps
		l := enter(t, w, food(t, w))
		var all sync.WaitGroup
		got := make([]license.License, n)
		for i := range n {
			all.Go(func() {
				var err error
				if got[i], err = s.Make(context.Background(), l.HolderID, l.ID); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		for i := range n {
			if got[i].FileRef != got[0].FileRef || got[i].FileDigest != got[0].FileDigest || got[i].Step != license.StepSealed {
				t.Errorf("makings disagree: %+v and %+v", got[0], got[i])
			}
		}
		if stored := get(t, w, l); stored.FileRef != got[0].FileRef {
			t.Errorf("the license has file %q, its makers say %q", stored.FileRef, got[0].FileRef)
		}
		if life := actions(t, w, l); !slices.Equal(life, []string{"draft", "seal"}) {
			t.Errorf("its life is %v", life)
		}
	})
}

// A making that was cut off, before or after its file was kept, is found and finished.
func TestResumeFinishesWhatWasCutOff(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		cut := errors.New("cut")
		for name, arm := range map[string]func(s *shelf){
			"before the file is kept": func(s *shelf) { s.before = func() error { return cut } },
			"after the file is kept":  func(s *shelf) { s.after = func() error { return cut } },
		} {
			s, shelf := brittle(t, w)
			arm(shelf)
			l := enter(t, w, food(t, w))
			if _, err := s.Make(context.Background(), l.HolderID, l.ID); !errors.Is(err, cut) {
				t.Fatalf("%s: %v", name, err)
			}
			if got := get(t, w, l); got.Step != license.StepData || got.FileRef != "" {
				t.Errorf("%s: half made: %s %q", name, got.Step, got.FileRef)
			}
			if err := s.Resume(context.Background()); !errors.Is(err, cut) {
				t.Errorf("%s: a license that still cannot be made is not reported: %v", name, err)
			}
			shelf.before, shelf.after = nil, nil
			if err := s.Resume(context.Background()); err != nil {
				t.Fatal(err)
			}
			if got := get(t, w, l); got.Step != license.StepSealed || shelf.files[got.FileRef] == nil {
				t.Errorf("%s: not finished: %s %q", name, got.Step, got.FileRef)
			}
			puts := shelf.puts.Load()
			if err := s.Resume(context.Background()); err != nil || shelf.puts.Load() != puts {
				t.Errorf("%s: resuming again made something: %v", name, err)
			}
			if _, err := review(w, l, reviewer, true); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// One license that cannot be made must not keep the others from being made.
func TestResumeGoesOnAfterOneThatFails(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	s, shelf := brittle(t, w)
	failed := false
	shelf.before = func() error {
		if !failed {
			failed = true
			return errors.New("disk full")
		}
		return nil
	}
	a, b := enter(t, w, food(t, w)), enter(t, w, food(t, w))
	if err := s.Resume(context.Background()); err == nil {
		t.Error("the one that failed is not reported")
	}
	steps := []license.Step{get(t, w, a).Step, get(t, w, b).Step}
	slices.Sort(steps)
	if !slices.Equal(steps, []license.Step{license.StepData, license.StepSealed}) {
		t.Errorf("steps %v", steps)
	}
}

// What is kept of a license is ciphertext, and the file opens with its own key only.
func TestFilesAreKeptEncrypted(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	s, shelf := brittle(t, w)
	a, b := enter(t, w, food(t, w)), enter(t, w, food(t, w))
	for _, l := range []license.License{a, b} {
		if _, err := s.Make(context.Background(), l.HolderID, l.ID); err != nil {
			t.Fatal(err)
		}
	}
	one, other := get(t, w, a), get(t, w, b)
	for _, data := range shelf.files {
		if len(data) < 1000 || data[0] == 'P' && data[1] == 'K' {
			t.Error("a file is kept in the clear")
		}
	}
	shelf.files[one.FileRef], shelf.files[other.FileRef] = shelf.files[other.FileRef], shelf.files[one.FileRef]
	if _, err := review(w, one, reviewer, true); err != nil {
		t.Fatal(err)
	}
	_, reader, err := license.Open(license.Options{DB: w.DB, Keys: w.Keys, Clock: w.Now, Units: w.Units, Types: w.Types, Holders: w.Holders,
		Seals: w.Seals, Book: w.Book, Files: shelf, Faces: w.Faces, Registers: w.Registers})
	if err != nil {
		t.Fatal(err)
	}
	body, err := reader.Read(t.Context(), one)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := reader.File(t.Context(), body); err == nil {
		t.Error("another license's file was given out")
	}
}
