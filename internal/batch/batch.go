// Package batch makes many licenses of one type at once (批量制证), and turns old ones into electronic ones (存量转换).
// 榕政办〔2018〕214号 第七条: a hundred or more within three working days.
//
// Rows come from spreadsheets, CSV, JSON Lines or the interface. Each is judged before anything is made; what is wrong
// with it is told by row and field, and can be corrected in a file of the same shape. A second person of the issuing
// unit then lets the good rows be made, or sends the batch back. Every row becomes exactly one license, whatever
// happens to the process: a row turns from good to made in the transaction that publishes its license.
//
// What a row says is personal: it is kept under a key of the batch's own, gone row by row as licenses are made, and the
// rest some time after the batch is over.
package batch

import (
	"context"
	"log/slog"
	"time"

	"github.com/yinxin-org/yinxin/internal/catalog"
	"github.com/yinxin-org/yinxin/internal/change"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/deadline"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/gm"
	"github.com/yinxin-org/yinxin/internal/license"
	"github.com/yinxin-org/yinxin/internal/workday"
)

// Kind says what a batch is for.
type Kind string

// The kinds of batches.
const (
	New   Kind = "batch" // 批量制证
	Stock Kind = "stock" // 存量转换: licenses that were issued on paper
)

// State says how far a batch is.
type State string

// The states of a batch.
const (
	Mapping   State = "mapping"  // its maker has to say which column is which
	Checking  State = "checking" // its rows are being read and judged
	Checked   State = "checked"  // its maker corrects it, adds to it, or submits it
	Review    State = "review"   // it waits for the second person
	Running   State = "running"
	Paused    State = "paused"
	Done      State = "done"      // every good row was made, or left out for a reason
	Cancelled State = "cancelled" // what was made stays
)

// Ended reports whether nothing more will happen.
func (s State) Ended() bool { return s == Done || s == Cancelled }

// Batch is many licenses to be made.
type Batch struct {
	ID         string
	Kind       Kind
	TypeCode   string
	IssuerID   string
	UnitID     string // that brought it in
	State      State
	MakerID    string
	ReviewerID string
	Words      string // why the review sent it back
	FileName   string
	MendName   string            // of the file that corrected it last
	Headings   map[string]string // heading by column
	Position   int               // records of the file that are read
	Total      int
	Good       int // wait to be made
	Bad        int
	Made       int
	LeftOut    int
	Problem    *errs.Error // what the last file was refused for
	MadeAt     time.Time   // when the review let it be made
	DueAt      time.Time
	CreatedAt  time.Time
	UpdatedAt  time.Time
	EndedAt    time.Time
	RowVersion int64

	fileRef string
	key     []byte
}

// Doubtful is how many rows wait for a person to say whether they are the license that their holder has already.
func (b Batch) Doubtful() int {
	if b.State == Cancelled {
		return 0
	}
	return b.Total - b.Good - b.Bad - b.Made - b.LeftOut
}

// RowState says how far a row is.
type RowState string

// The states of a row.
const (
	Good  RowState = "good"
	Bad   RowState = "bad"
	Made  RowState = "made"
	Left  RowState = "left"  // was good, and could not be made; or an old license that needs no making
	Doubt RowState = "doubt" // an old license whose holder has another of the type: a person says whether it is the same
)

// Fault is what is wrong with a row.
type Fault struct {
	Field string            `json:"field,omitempty"` // column; "" for the row
	Code  string            `json:"code"`
	Args  map[string]string `json:"args,omitempty"`
}

// Row is a row of a batch without what it says.
type Row struct {
	No        int
	FileRow   int
	State     RowState
	Faults    []Fault
	HolderID  string // of what was made of it; before that, of the license that it may be the same as or that it replaces
	LicenseID string

	payload []byte
}

// Many is from how many licenses on a batch has three working days; fewer are made on the same day.
// 榕政办〔2018〕214号 第七条: 100个以上, which includes a hundred.
const (
	Many     = 100
	manyDays = 3
)

// Due is by when a batch of n licenses that came in at a moment must be made.
func (d *Desk) Due(came time.Time, n int) time.Time {
	if n >= Many {
		return d.o.Calendar.After(came, manyDays)
	}
	return clock.EndOfDay(came)
}

// Files keeps ciphertext by a reference.
type Files interface {
	Put(ctx context.Context, data []byte) (string, error)
	Get(ctx context.Context, ref string) ([]byte, error)
	Remove(ctx context.Context, ref string) error
}

// Options are the parts a Desk works with.
type Options struct {
	DB        *db.DB
	Clock     clock.Clock
	Log       *slog.Logger
	Keys      *gm.KeyStore
	Files     Files
	Trail     *change.Trail
	Calendar  *workday.Calendar
	Types     *catalog.Store
	Licenses  *license.Store
	Deadlines *deadline.Store
	// Node names this process among those that work on the same database; the same name after a restart.
	Node string
}

// Desk takes batches in and works on them.
type Desk struct {
	o    Options
	wake chan struct{}
}

// Open gives the desk.
func Open(o Options) *Desk { return &Desk{o: o, wake: make(chan struct{}, 1)} }

// stir wakes the worker.
func (d *Desk) stir() {
	select {
	case d.wake <- struct{}{}:
	default:
	}
}
