// Package license issues licenses (证照) and keeps them through their life.
//
// Open gives two things: the Store, which knows what licenses there are and moves them through making, review
// and publishing, and apart from it the BodyReader, the only thing that can give out a license's fields or
// file. The object graph hands the reader to the door (package access) and to nobody else; a test holds this.
//
// It guarantees that a license is published only with its sealed file durably stored, that a step which was
// cut off is taken up again without doubling anything, and that nothing is ever deleted but what package erasure erases.
package license

import (
	"context"
	"time"

	"github.com/yinxin-org/yinxin/internal/blob"
	"github.com/yinxin-org/yinxin/internal/catalog"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/evidence"
	"github.com/yinxin-org/yinxin/internal/face"
	"github.com/yinxin-org/yinxin/internal/gm"
	"github.com/yinxin-org/yinxin/internal/holder"
	"github.com/yinxin-org/yinxin/internal/org"
	"github.com/yinxin-org/yinxin/internal/register"
	"github.com/yinxin-org/yinxin/internal/sealing"
	"github.com/yinxin-org/yinxin/verify"
)

// Step is how far the making of a license has come (制证环节).
type Step string

// The steps: data are decided, the file is sealed, the second person has published or refused it.
const (
	StepData      Step = "data"
	StepSealed    Step = "sealed"
	StepPublished Step = "published"
	StepRefused   Step = "refused"
)

// License is what is known of a license without opening it: nothing here is personal.
type License struct {
	HolderID    string // the first holder, in whose shard it lives
	ID          string
	TypeCode    string
	TypeVersion int
	IssuerID    string
	VersionNo   int
	Holders     []string // ids of all holders, the first one first
	Step        Step
	Ended       string // "" or the State it ended in
	Holds       Holds
	Identifier  string // 电子证照标识, GB/T 36904
	CaseNo      string
	MakerID     string
	ReviewerID  string
	IssuedOn    time.Time
	ValidFrom   time.Time
	ValidTo     time.Time // first instant it is no longer valid; zero: no end
	InspectDue  time.Time // first instant its inspection is overdue; zero: none is due
	InspectBy   time.Time // the same where it then is not usable; zero: never
	RemindAt    time.Time // when its holder is next to be told of a day that comes; zero: has been told of all
	FileRef     string
	FileDigest  string // SM3 of the OFD file, hex
	MadeAt      time.Time
	DueAt       time.Time
	PublishedAt time.Time
	Origin      Origin
	OriginID    string // the batch or the system, "" for the others
	ConverterID string // unit that converted an old license, where it is another than the issuer
	PaperSerial string // printed number of the paper license that goes with it
	Follows     string // id of the version before
	RowVersion  int64
}

// Origin is how a license came to be.
type Origin string

// The origins.
const (
	ByCase   Origin = "case"     // 联机制证: a step of the approval
	Offline  Origin = "offline"  // 脱机制证: entered when the case closes elsewhere
	Batch    Origin = "batch"    // 批量制证
	Stock    Origin = "stock"    // 存量转换
	Pushed   Origin = "vertical" // by a vertical system (垂管系统)
	Foreign  Origin = "external" // of the national system that makes its type: see Indexed
	ByAppeal Origin = "appeal"   // 申领补录: its holder missed it
	ByPart   Origin = "part"     // by the platform: a license that it joins has changed
)

// Files stores ciphertext files; Put is durable when it returns, and a pile when it is synced.
type Files interface {
	Put(ctx context.Context, data []byte) (ref string, err error)
	Get(ctx context.Context, ref string) ([]byte, error)
	Pile() *blob.Pile
	Remove(ctx context.Context, ref string) error
}

// Options are the parts a Store works with.
type Options struct {
	DB      *db.DB
	Keys    *gm.KeyStore
	Clock   clock.Clock
	Units   *org.Store
	Types   *catalog.Store
	Holders *holder.Store
	Seals   *sealing.Store
	Book    *evidence.Book
	Files   Files
	Faces   *face.Drawer
	// Registers asks base registers before a license is sealed.
	Registers *register.Store
	// Source is the system that keeps the licenses of a type, nil of most; Verify judges what it sends against the
	// installation's trust anchors.
	Source func(typeCode string) Source
	Verify func(file []byte) verify.Report
}

// Store keeps licenses.
type Store struct{ o Options }

// Open gives the store and, apart from it, the reader of bodies.
func Open(o Options) (*Store, *BodyReader, error) {
	s := &Store{o: o}
	return s, &BodyReader{store: s}, nil
}

// body is the encrypted part of a license.
type body struct {
	Values map[string]string `json:"values"` // by field name, multi-values joined by ^; dates as 2006-01-02
	Code   string            `json:"code"`   // the static check code on the face
	// Renamed is the name that the holder takes with the publication, where it is another than before.
	Renamed string `json:"renamed,omitempty"`
}

func (b body) input() face.Input { return face.Input{Values: b.Values, Code: b.Code} }
