package consent_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"

	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/test/world"
)

const agreedUses = 4

// standing is what the operations on one authorisation share.
type standing struct {
	withdrawn bool
	taken     int
}

// standingRule says what a sequence of operations, one after the other, must come to: readings are given until the count is
// reached or the authorisation is withdrawn, whichever is first. The input is whether the operation withdraws.
var standingRule = porcupine.Model{
	Init: func() any { return standing{} },
	Step: func(state, input, output any) (bool, any) {
		s, withdraws, done := state.(standing), input.(bool), output.(bool)
		if withdraws {
			stands := s.taken < agreedUses
			s.withdrawn = s.withdrawn || stands
			return done == stands, s
		}
		if done != (!s.withdrawn && s.taken < agreedUses) {
			return false, s
		}
		if done {
			s.taken++
		}
		return true, s
	},
	DescribeOperation: func(input, output any) string { return fmt.Sprintf("withdraws %v: %v", input, output) },
}

// TestWithdrawalsAndReadingsAtOnce: several clerks of the hotel read at once while the holder withdraws. Whatever came of it must
// be what would have come had they done so one after the other: no reading after a withdrawal that was answered, and never
// more readings than were agreed to.
func TestWithdrawalsAndReadingsAtOnce(t *testing.T) {
	t.Parallel()
	world.Each(t, func(t *testing.T, w *world.World) {
		s := newStay(t, w)
		for round := range 8 {
			history, given := s.rush(round)
			if result := porcupine.CheckOperationsTimeout(standingRule, history, 20*time.Second); result != porcupine.Ok {
				t.Fatalf("round %d is %s: %d operations", round, result, len(history))
			}
			if given > agreedUses {
				t.Fatalf("round %d gave %d readings", round, given)
			}
		}
	})
}

// rush lets six people read three times each, and the holder withdraw somewhere in between.
func (s *stay) rush(round int) (history []porcupine.Operation, given int) {
	s.t.Helper()
	a, owner := s.give(agreedUses, 5), s.strong("owner")
	var mu sync.Mutex
	began := time.Now()
	note := func(who int, withdraws bool, do func() bool) {
		call := time.Since(began)
		done := do()
		back := time.Since(began)
		mu.Lock()
		defer mu.Unlock()
		history = append(history, porcupine.Operation{ClientId: who, Input: withdraws, Call: int64(call), Output: done, Return: int64(back)})
	}
	var wg sync.WaitGroup
	for who := range 6 {
		wg.Go(func() {
			for range 3 {
				note(who, false, func() bool {
					v, err := s.read(a)
					if err != nil && !refusal(err) {
						s.t.Errorf("read: %v", err)
					}
					return len(v.Fields) > 0
				})
			}
		})
	}
	wg.Go(func() {
		time.Sleep(time.Duration(round) * time.Millisecond)
		note(6, true, func() bool {
			_, err := s.Consents.Withdraw(context.Background(), owner, a.ID)
			if err != nil && errs.Code(err) != "consent.used" {
				s.t.Errorf("withdraw: %v", err)
			}
			return err == nil
		})
	})
	wg.Wait()
	for _, u := range s.uses(a) {
		if u.Result == "given" {
			given++
		}
	}
	if got := s.now(a).Taken; got != given {
		s.t.Errorf("%d readings counted, %d on record", got, given)
	}
	return history, given
}
