package license

import (
	"slices"
	"time"
)

// State is what a license is now, in one word (证照状态). It is derived at the moment of reading from the
// steps of its life, its holds and its period, never stored: expiry needs no job to become true.
type State string

// The states, in the order in which they are listed everywhere.
const (
	InMaking          State = "making"
	NotYet            State = "notYet"
	Valid             State = "valid"
	Pledged           State = "pledged"
	Disputed          State = "disputed"
	Lost              State = "lost"
	Suspended         State = "suspended"
	InspectionOverdue State = "inspectionOverdue"
	Superseded        State = "superseded"
	Expired           State = "expired"
	Cancelled         State = "cancelled"
	Revoked           State = "revoked"
	Penalty           State = "penalty"
	Abolished         State = "abolished"
)

var stateWords = map[State]struct{ zh, en string }{
	InMaking:          {"制证中", "in making"},
	NotYet:            {"未生效", "not yet in force"},
	Valid:             {"有效", "in force"},
	Pledged:           {"质押", "pledged"},
	Disputed:          {"争议中", "disputed"},
	Lost:              {"挂失", "reported lost"},
	Suspended:         {"挂起", "suspended"},
	InspectionOverdue: {"年检逾期", "inspection overdue"},
	Superseded:        {"历史版本", "earlier version"},
	Expired:           {"已过期", "expired"},
	Cancelled:         {"已注销", "cancelled"},
	Revoked:           {"已撤销", "withdrawn"},
	Penalty:           {"已吊销", "revoked"},
	Abolished:         {"已废止", "abolished"},
	PaperLost:         {"纸质遗失", "paper lost"},
}

// Text is the state's word in "zh" or "en".
func (s State) Text(lang string) string {
	if lang == "en" {
		return stateWords[s].en
	}
	return stateWords[s].zh
}

// Verdict maps a state to the four answers of a check: GB/T 36906, information codes 0 to 3.
func (s State) Verdict() string {
	switch s {
	case Valid, Pledged, Disputed:
		return "valid"
	case NotYet, InMaking:
		return "notInForce"
	case Lost, Suspended, InspectionOverdue:
		return "suspended"
	default:
		return "ended"
	}
}

// Usable reports whether a license in this state may be lent to a case or shown.
func (s State) Usable() bool { return s == Valid || s == Pledged || s == Disputed }

// Told keeps of a holder's licenses those that somebody who may list them is told of: published, whatever their state, and no
// earlier version of another.
func Told(held []License, now time.Time) []License {
	return slices.DeleteFunc(held, func(l License) bool { return l.Step != StepPublished || l.State(now) == Superseded })
}

// State is what the license is at a moment.
func (l License) State(now time.Time) State {
	hold := l.Holds.word()
	switch {
	case l.Step == StepRefused:
		return Abolished
	case l.Step != StepPublished:
		return InMaking
	case l.Ended != "":
		return State(l.Ended)
	case !l.ValidTo.IsZero() && !now.Before(l.ValidTo):
		return Expired
	case now.Before(l.ValidFrom):
		return NotYet
	case hold == Suspended || hold == Lost:
		return hold
	case !l.InspectBy.IsZero() && !now.Before(l.InspectBy):
		return InspectionOverdue
	case hold != "":
		return hold
	default:
		return Valid
	}
}
