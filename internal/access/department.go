package access

import (
	"context"
	"slices"

	"github.com/cedar-policy/cedar-go"

	"github.com/yinxin-org/yinxin/internal/casefile"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/license"
	"github.com/yinxin-org/yinxin/internal/matter"
)

// System is a department's own system that asks for one of its clerks (GB/T 36906). Package caller finds the facts; the
// rules of ground "case" decide on them as on any other case.
type System struct {
	// Facts runs in the transaction of the decision, first of all: it refuses a request that is played again, counts this
	// one, and finds the case.
	Facts func(ctx context.Context, tx *db.Tx, typeCode string) (Facts, error)
	// Given runs in the same transaction when a license is handed out.
	Given func(ctx context.Context, tx *db.Tx, l license.License) error
}

// Facts are what is known of a system's request.
type Facts struct {
	Application string     // id of the system
	Case        *CaseFacts // nil: a case of this platform
	Types       []string   // that the system may ask for
	Rights      []Right    // that it has with licenses of the type
	Fields      []string   // of the bound ones, that it may see; empty: all of them
	Within      bool       // the day's limit is not used up
	Provisional bool       // the system vouches for the case, its data have not come
	Trusted     bool       // and may be believed
}

// CaseFacts are a case that is worked on in another system.
type CaseFacts struct {
	State   string
	Unit    string
	Matter  string
	Stage   matter.Stage
	Clerk   string
	Parties map[matter.Party]string
}

// Right is what a system may have to do with licenses of a type, one of Rights.
type Right = right

// Rights are all of them, the least first.
var Rights = []Right{rightList, rightVerify, rightCompare, rightRead, rightCopy}

// asked is the case of an ask and who asks for it: a clerk at this platform's pages, or a department's system.
func (d *Door) asked(ctx context.Context, tx *db.Tx, a Ask, typeCode string) (casefile.Case, map[matter.Party]string, Facts, error) {
	if a.System == nil {
		c, parties, err := d.caseOf(ctx, tx, a.CaseNo)
		return c, parties, Facts{Within: true, Trusted: true}, err
	}
	f, err := a.System.Facts(ctx, tx, typeCode)
	if err != nil {
		return casefile.Case{}, nil, Facts{}, err
	}
	if f.Case == nil {
		c, parties, err := d.caseOf(ctx, tx, a.CaseNo)
		return c, parties, f, err
	}
	return casefile.Case{No: a.CaseNo, State: f.Case.State, UnitID: f.Case.Unit, MatterCode: f.Case.Matter, Stage: f.Case.Stage, ClerkID: f.Case.Clerk},
		f.Case.Parties, f, nil
}

// application puts what a system may do into the words of the rules. A clerk at this platform's own pages comes by none.
func (f Facts) application(r right) cedar.Record {
	var rights []string
	for _, x := range f.Rights {
		rights = append(rights, string(x))
	}
	return cedar.NewRecord(cedar.RecordMap{
		"id": cedar.String(f.Application), "types": stringSet(f.Types), "rights": stringSet(rights), "right": cedar.String(r),
		"within": cedar.Boolean(f.Within), "provisional": cedar.Boolean(f.Provisional), "trusted": cedar.Boolean(f.Trusted),
	})
}

// narrowed are the bound fields that a system may see.
func (f Facts) narrowed(bound []string) []string {
	if len(f.Fields) == 0 {
		return bound
	}
	return slices.DeleteFunc(slices.Clone(bound), func(name string) bool { return !slices.Contains(f.Fields, name) })
}

// purposeOf marks in the record what rests on a system's word alone.
func (f Facts) purposeOf(purpose string) string {
	if f.Provisional {
		return purpose + "; provisional case"
	}
	return purpose
}

// handed tells a system's side that a license is handed out.
func (a Ask) handed(ctx context.Context, tx *db.Tx, l license.License) error {
	if a.System == nil {
		return nil
	}
	return a.System.Given(ctx, tx, l)
}
