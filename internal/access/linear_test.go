package access_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"

	"github.com/yinxin-org/yinxin/internal/access"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/db/dbtest"
)

// asking is one operation on a token and the grant it belongs to; its outcome is whether data came.
type asking struct {
	end   bool // the case passes on, which ends the grant; otherwise the token is redeemed
	token int
}

// standing is what the operations of one case share: whether its grant has ended, and which tokens are used up.
type standing struct {
	ended bool
	used  uint64
}

// oneShot says what a sequence of operations, one after the other, must come to: a token gives data once, and not after
// its grant was ended.
var oneShot = porcupine.Model{
	Init: func() any { return standing{} },
	Step: func(state, input, output any) (bool, any) {
		s, in, given := state.(standing), input.(asking), output.(bool)
		if in.end {
			s.ended = true
			return true, s
		}
		bit := uint64(1) << in.token
		if given != (!s.ended && s.used&bit == 0) {
			return false, s
		}
		if given {
			s.used |= bit
		}
		return true, s
	},
	DescribeOperation: func(input, output any) string {
		if in := input.(asking); !in.end {
			return fmt.Sprintf("redeem %d: %v", in.token, output)
		}
		return "end"
	},
}

// TestTokensAreLinearizable: clerks redeem the same tokens at once while the case passes on. Whatever came of it must be
// what would have come had they done so one after the other, each at some moment between its asking and its answer.
func TestTokensAreLinearizable(t *testing.T) {
	t.Parallel()
	dbtest.EachURL(t, func(t *testing.T, url string) {
		w := newWorld(t, url)
		for round := range 12 {
			history := w.rush(t, round)
			if result := porcupine.CheckOperationsTimeout(oneShot, history, 20*time.Second); result != porcupine.Ok {
				t.Fatalf("round %d is %s: %d operations", round, result, len(history))
			}
		}
	})
}

// rush lets eight people redeem three tokens at once, and one pass the case on somewhere in between.
func (w *world) rush(t *testing.T, round int) []porcupine.Operation {
	t.Helper()
	const tokens, people, each = 3, 8, 3
	c := w.open(t, labMatter, "student")
	ask := w.ask(t, c, "student", identityCard)
	var secrets []string
	for range tokens {
		token, err := w.door.Grant(t.Context(), w.clerk, ask)
		if err != nil {
			t.Fatal(err)
		}
		secrets = append(secrets, token.Secret)
	}
	var mu sync.Mutex
	var history []porcupine.Operation
	began := time.Now()
	note := func(who int, in asking, do func() bool) {
		call := time.Since(began)
		given := do()
		back := time.Since(began)
		mu.Lock()
		defer mu.Unlock()
		history = append(history, porcupine.Operation{ClientId: who, Input: in, Call: int64(call), Output: given, Return: int64(back)})
	}
	var wg sync.WaitGroup
	for who := range people {
		rnd := rand.New(rand.NewPCG(uint64(round), uint64(who)))
		wg.Go(func() {
			for range each {
				in := asking{token: rnd.IntN(tokens)}
				note(who, in, func() bool {
					r, err := w.door.Redeem(t.Context(), w.clerk, secrets[in.token], access.Fields)
					if _, refused := errors.AsType[*access.Refusal](err); err != nil && !refused {
						t.Errorf("redeem: %v", err)
					}
					return len(r.Fields) > 0
				})
			}
		})
	}
	wg.Go(func() {
		time.Sleep(time.Duration(round) * time.Millisecond)
		note(people, asking{end: true}, func() bool {
			err := w.App.DB.Write(t.Context(), func(tx *db.Tx) error { return w.door.EndGrants(t.Context(), tx, c) })
			if err != nil {
				t.Errorf("end grants: %v", err)
			}
			return false
		})
	})
	wg.Wait()
	return history
}

// TestABrokenHistoryIsSeen: the check that tokens pass fails where they were broken: one that gave twice, and one that gave
// after the end was answered.
func TestABrokenHistoryIsSeen(t *testing.T) {
	t.Parallel()
	op := func(call, back int64, in asking, given bool) porcupine.Operation {
		return porcupine.Operation{ClientId: int(call), Input: in, Call: call, Output: given, Return: back}
	}
	for name, x := range map[string]struct {
		history []porcupine.Operation
		sound   bool
	}{
		"one after the other": {[]porcupine.Operation{op(1, 2, asking{}, true), op(3, 4, asking{}, false), op(5, 6, asking{end: true}, false)}, true},
		"given twice":         {[]porcupine.Operation{op(1, 4, asking{}, true), op(2, 5, asking{}, true)}, false},
		"given to nobody":     {[]porcupine.Operation{op(1, 4, asking{}, false), op(2, 5, asking{}, false)}, false},
		"after the end":       {[]porcupine.Operation{op(1, 2, asking{end: true}, false), op(3, 4, asking{}, true)}, false},
		"while it ends":       {[]porcupine.Operation{op(1, 4, asking{end: true}, false), op(2, 3, asking{}, true)}, true},
		"lost without an end": {[]porcupine.Operation{op(1, 2, asking{token: 1}, true), op(3, 4, asking{token: 0}, false)}, false},
	} {
		if got := porcupine.CheckOperations(oneShot, x.history); got != x.sound {
			t.Errorf("%s: sound %v, want %v", name, got, x.sound)
		}
	}
}
