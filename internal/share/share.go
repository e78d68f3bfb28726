// Package share lets a holder give a license to somebody far away (授权下载核验): an annotated copy (加注件) that names
// its receiver, its purpose and its last day, behind a link and a code. 闽政办〔2022〕33号 任务3.
//
// Opening the link consumes nothing; a download takes the code, is recorded as a use and counted. Wrong codes are few,
// downloads are bounded, and the holder can end it at any time. What was downloaded is known again by the check page:
// an OFD by its seals, a PDF by its digest.
package share

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"math/big"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/yinxin-org/yinxin/internal/access"
	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/catalog"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/gm"
	"github.com/yinxin-org/yinxin/internal/holder"
	"github.com/yinxin-org/yinxin/internal/license"
	"github.com/yinxin-org/yinxin/internal/notice"
	"github.com/yinxin-org/yinxin/internal/org"
)

// The bounds of an authorisation.
const (
	DaysMax      = 90
	DownloadsMax = 20
	wordsMax     = 40 // of receiver and purpose, in characters: what the note on the face can hold
	tries        = 5  // wrong codes borne before it locks
)

// State is how an authorisation stands.
type State string

// The states of an authorisation.
const (
	Open    State = "open"
	Ended   State = "ended"   // taken back by its holder
	Expired State = "expired" // after its last day
	Used    State = "used"    // all downloads taken
	Locked  State = "locked"  // too many wrong codes
)

// Formats of what is downloaded.
const (
	OFD = "ofd"
	PDF = "pdf"
)

// Terms are what the holder settles.
type Terms struct {
	Receiver  string
	Purpose   string
	Days      int
	Downloads int
}

// Share is one authorisation to download.
type Share struct {
	ID              string
	HolderID        string
	LicenseHolderID string
	LicenseID       string
	Receiver        string
	Purpose         string
	DownloadsMax    int
	Downloads       int
	TriesLeft       int
	CreatedAt       time.Time
	ExpiresAt       time.Time
	EndedAt         time.Time
	State           State
	Type            *catalog.Type
	Token, Code     string // the secrets of link and receiver; only when just made

	ofd, pdf string // references of the files
	code     []byte
}

// Options are the parts package share works with.
type Options struct {
	DB       *db.DB
	Clock    clock.Clock
	Units    *org.Store
	Types    *catalog.Store
	Holders  *holder.Store
	Licenses *license.Store
	Notices  *notice.Store
	Door     *access.Door
}

// Desk makes authorisations and serves their receivers.
type Desk struct{ o Options }

// New makes a Desk.
func New(o Options) *Desk { return &Desk{o: o} }

// Make authorises a download. The files are made at once, so that a word that no font can draw is told to who wrote it.
// Cut off before the last transaction, it leaves files that nothing leads to.
func (d *Desk) Make(ctx context.Context, actor *authn.Actor, licenseID string, t Terms) (Share, error) {
	if err := t.check(); err != nil {
		return Share{}, err
	}
	if !actor.May(authn.PowerShow) {
		return Share{}, errs.New(errs.Denied, "share.power")
	}
	token, mark := secret(24), markPrefix+secret(15)
	s := Share{ID: db.NewID(), HolderID: actor.HolderID, Receiver: t.Receiver, Purpose: t.Purpose, DownloadsMax: t.Downloads,
		TriesLeft: tries, State: Open, Token: token, Code: newCode()}
	s.CreatedAt = d.o.Clock.Now()
	s.ExpiresAt = endOfDay(s.CreatedAt, t.Days)
	c, err := d.o.Door.Copy(ctx, actor, licenseID, mark, license.Purpose{Creator: t.Receiver, Use: t.Purpose, Expires: s.ExpiresAt})
	if errs.Code(err) == "license.glyph" {
		return Share{}, errs.New(errs.Invalid, "share.glyph")
	}
	if err != nil {
		return Share{}, err
	}
	s.LicenseHolderID, s.LicenseID, s.Type = c.License.HolderID, c.License.ID, c.Type
	s.ofd, s.pdf = c.OFD.Ref, c.PDF.Ref
	s.code = d.digest(s.ID, s.Code)
	err = d.o.DB.Write(ctx, func(tx *db.Tx) error {
		if err := d.insert(ctx, tx, s); err != nil {
			return err
		}
		if err := d.remember(ctx, tx, mark, c, s); err != nil {
			return err
		}
		return d.note(ctx, tx, s, Event{Action: Made})
	})
	return s, err
}

// endOfDay is the last second of the day so many days on, in Beijing: what a copy says is "until the day".
func endOfDay(now time.Time, days int) time.Time {
	return clock.EndOfDay(now.AddDate(0, 0, days)).Add(-time.Second)
}

func (t *Terms) check() error {
	t.Receiver, t.Purpose = strings.TrimSpace(t.Receiver), strings.TrimSpace(t.Purpose)
	for field, text := range map[string]string{"receiver": t.Receiver, "purpose": t.Purpose} {
		switch {
		case utf8.RuneCountInString(text) < 2:
			return errs.New(errs.Invalid, "field.required").On(field)
		case utf8.RuneCountInString(text) > wordsMax:
			return errs.New(errs.Invalid, "field.too-long").On(field).With("max", fmt.Sprint(wordsMax))
		case !utf8.ValidString(text) || strings.ContainsFunc(text, unprintable):
			return errs.New(errs.Invalid, "field.format").On(field)
		}
	}
	switch {
	case t.Days < 1 || t.Days > DaysMax:
		return errs.New(errs.Invalid, "share.days").On("days").With("max", fmt.Sprint(DaysMax))
	case t.Downloads < 1 || t.Downloads > DownloadsMax:
		return errs.New(errs.Invalid, "share.downloads").On("downloads").With("max", fmt.Sprint(DownloadsMax))
	}
	return nil
}

// unprintable are characters that hide or turn what stands on the face.
func unprintable(r rune) bool {
	return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Co, r)
}

func secret(n int) string {
	raw := make([]byte, n)
	_, _ = rand.Read(raw)
	return base64.RawURLEncoding.EncodeToString(raw)
}

// codeLetters cannot be taken for each other when read out on the telephone.
const codeLetters = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"

func newCode() string {
	var b strings.Builder
	for range 6 {
		n, _ := rand.Int(rand.Reader, big.NewInt(int64(len(codeLetters))))
		b.WriteByte(codeLetters[n.Int64()])
	}
	return b.String()
}

// digest is keyed: the code is too short to stand a search by whoever has the database.
func (d *Desk) digest(shareID, code string) []byte {
	return d.o.Holders.Digest("share.code", shareID+"\x00"+strings.ToUpper(strings.TrimSpace(code)))
}

func tokenHash(token string) []byte {
	sum := gm.SM3([]byte("share\x00" + token))
	return sum[:]
}

// End takes an authorisation back, at once. What was downloaded before stays with its receiver.
func (d *Desk) End(ctx context.Context, actor *authn.Actor, id string) (Share, error) {
	var s Share
	err := d.o.DB.Write(ctx, func(tx *db.Tx) error {
		var err error
		if s, err = d.read(ctx, tx, actor.HolderID, id); err != nil {
			return err
		}
		if s.State != Open && s.State != Locked {
			return nil
		}
		s.EndedAt, s.State = d.o.Clock.Now(), Ended
		if _, err := tx.Exec(ctx, `
			UPDATE license_share
			SET ended_at = $1
			WHERE holder_id = $2 AND share_id = $3 AND ended_at = 0`, db.Micros(s.EndedAt), s.HolderID, s.ID); err != nil {
			return fmt.Errorf("end share: %w", err)
		}
		return d.note(ctx, tx, s, Event{Action: Ending})
	})
	return s, err
}
