// Package intake brings lists in from spreadsheets (批量导入): units, license types, matters. An import is a task that
// survives whatever happens to the process: its file is kept, its position moves in the transaction that writes the
// rows, and it goes on where it stood. Rows have natural keys, so that the same file again changes nothing.
//
// All or nothing (mode "all") writes every row or none; row by row ("each") leaves out what is wrong. Either way the
// faults of all rows can be had as a file of the same shape, which is corrected and imported again.
//
// What a row must be is decided by the package that owns it: org, catalog, matter. Nothing here is personal; the file
// is kept encrypted all the same, for people put anything into spreadsheets.
package intake

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/yinxin-org/yinxin/internal/catalog"
	"github.com/yinxin-org/yinxin/internal/change"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/matter"
	"github.com/yinxin-org/yinxin/internal/org"
	"github.com/yinxin-org/yinxin/internal/task"
)

// Kind is what an import brings in.
type Kind string

// The kinds of imports.
const (
	Units   Kind = "units"   // 机构
	Types   Kind = "types"   // 证照类型
	Matters Kind = "matters" // 事项
	Regions Kind = "regions" // 行政区划
)

// Mode says what happens to the good rows when there are bad ones.
type Mode string

// The modes.
const (
	All  Mode = "all"  // 整批: all or nothing
	Each Mode = "each" // 逐行: row by row
)

// State says how far an import is.
type State string

// The states of an import.
const (
	Checking  State = "checking" // the file is being read
	Running   State = "running"
	Paused    State = "paused"
	Done      State = "done" // every record is settled; some may have been left out
	Failed    State = "failed"
	Cancelled State = "cancelled" // what was written stays
)

// Ended reports whether nothing more will happen.
func (s State) Ended() bool { return s == Done || s == Failed || s == Cancelled }

// Task is one import.
type Task struct {
	ID        string
	Kind      Kind
	Mode      Mode
	State     State
	By        change.By
	Role      string // the role under which it was begun
	FileName  string
	Total     int // records; 0 until the file has been read
	Position  int // records that are settled
	Changed   int
	Unchanged int
	Failed    int // records left out, or, all or nothing, records that are wrong
	Problem   *errs.Error
	CreatedAt time.Time
	UpdatedAt time.Time

	fileRef string
}

// Fault is what is wrong with one row of a file.
type Fault struct {
	Record int    // which record, from 0
	Sheet  int    // 0 the main sheet, 1 the further one
	Row    int    // as the spreadsheet counts
	Field  string // column, by its name in the interface; "" for the row
	Code   string
	Args   map[string]string
}

// Files keeps ciphertext by its digest. blob.Folder does it.
type Files interface {
	Put(ctx context.Context, data []byte) (string, error)
	Get(ctx context.Context, ref string) ([]byte, error)
}

// Keys wraps what is kept. gm.KeyStore does it.
type Keys interface {
	Wrap(plain, aad []byte) ([]byte, error)
	Unwrap(sealed, aad []byte) ([]byte, error)
}

// Options are what imports need.
type Options struct {
	DB      *db.DB
	Clock   clock.Clock
	Log     *slog.Logger
	Keys    Keys
	Files   Files
	Trail   *change.Trail
	Tasks   *task.Store
	Units   *org.Store
	Types   *catalog.Store
	Matters *matter.Store
	// Node names this process among those that work on the same database; the same name after a restart.
	Node string
}

// Desk takes imports in and works on them.
type Desk struct {
	o     Options
	plans map[Kind]plan
	wake  chan struct{}

	mu   sync.Mutex
	live map[string]*progress // imports that run here
}

// progress is what a running import cannot yet show in the database: the steps within one long transaction.
type progress struct {
	at      int
	stopped bool
	waits   []chan struct{} // closed when who told it to stop is done
}

// Open gives the desk.
func Open(o Options) *Desk {
	d := &Desk{o: o, wake: make(chan struct{}, 1), live: map[string]*progress{}}
	d.plans = map[Kind]plan{Units: d.unitPlan(), Types: d.typePlan(), Matters: d.matterPlan(), Regions: d.regionPlan()}
	return d
}
