package license

import (
	"slices"
	"strings"
)

// Holds are the holds that stand on a license beside its life: several can stand at once, each is placed and lifted by
// itself. Kept as their names with commas between them, in the order of holdOrder.
type Holds string

// PaperLost says that the paper license is lost (纸质遗失): it must not be accepted any more, and the electronic license
// stays as it is. It is a hold and never a license's state.
const PaperLost State = "paperLost"

// holdOrder says which of several holds gives a license its single word: the earlier one. GB/T 36906 knows one state only.
var holdOrder = []State{Suspended, Lost, Disputed, Pledged, PaperLost}

// All lists the holds.
func (h Holds) All() []State {
	var all []State
	for name := range strings.SplitSeq(string(h), ",") {
		if name != "" {
			all = append(all, State(name))
		}
	}
	return all
}

// Has reports whether a hold stands.
func (h Holds) Has(x State) bool { return slices.Contains(h.All(), x) }

// With adds a hold.
func (h Holds) With(x State) Holds { return holds(append(h.All(), x)) }

// Without takes a hold away.
func (h Holds) Without(x State) Holds {
	return holds(slices.DeleteFunc(h.All(), func(y State) bool { return y == x }))
}

func holds(all []State) Holds {
	var names []string
	for _, x := range holdOrder {
		if slices.Contains(all, x) {
			names = append(names, string(x))
		}
	}
	return Holds(strings.Join(names, ","))
}

// word is the hold that gives a license its state; "" where none does.
func (h Holds) word() State {
	for _, x := range h.All() {
		if x != PaperLost {
			return x
		}
	}
	return ""
}
