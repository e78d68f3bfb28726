package holder_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/yinxin-org/yinxin/gbcode"
	"github.com/yinxin-org/yinxin/internal/catalog"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/db/dbtest"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/gm"
	"github.com/yinxin-org/yinxin/internal/holder"
)

// citizen completes the first 17 characters of an invented number.
func citizen(t testing.TB, first string) string {
	t.Helper()
	c, err := gbcode.CitizenCheckChar(first)
	if err != nil {
		t.Fatal(err)
	}
	return first + string(c)
}

func TestParseCode(t *testing.T) {
	t.Parallel()
	woman := citizen(t, "35019919880512002")
	withX := ""
	for n := range 1000 { // one in eleven ends with X
		if c := citizen(t, fmt.Sprintf("35019919880512%03d", n)); strings.HasSuffix(c, "X") {
			withX = c
			break
		}
	}
	const firm = "91350102YX0109011N"
	wrong := woman[:17] + string('0'+(woman[17]-'0'+1)%10)
	for _, c := range []struct {
		name, text, want, kind, code string
	}{
		{"a person", woman, woman, holder.CodeCitizen, ""},
		{"a person, with spaces", "  " + woman + "\n", woman, holder.CodeCitizen, ""},
		{"small x", strings.ToLower(withX), withX, holder.CodeCitizen, ""},
		{"a firm", firm, firm, holder.CodeUSCC, ""},
		{"a firm in small letters", strings.ToLower(firm), firm, holder.CodeUSCC, ""},
		{"a person, slip of the pen", wrong, "", "", "code.citizen"},
		{"a day of birth that is none", citizenLike("19881332"), "", "", "code.citizen"},
		{"a firm, slip of the pen", "91350102YX0109012N", "", "", "code.uscc"},
		{"a firm with a letter that codes lack", "9135010OYX0109011N", "", "", "code.uscc"},
		{"too short", woman[:17], "", "", "code.holder"},
		{"too long", firm + "1", "", "", "code.holder"},
		{"nothing", "", "", "", "code.holder"},
		{"words", "福州榕印小吃有限公司", "", "", "code.holder"},
		{"a zero byte", "\x00" + woman[1:], "", "", "code.uscc"},
	} {
		got, kind, err := holder.ParseCode(c.text, "applicant.code")
		if c.code == "" {
			if err != nil || got.Reveal() != c.want || kind != c.kind {
				t.Errorf("%s: kind %q, %v", c.name, kind, err)
			}
			continue
		}
		e, ok := errors.AsType[*errs.Error](err)
		if !ok || e.Code != c.code || e.Field != "applicant.code" {
			t.Errorf("%s: %v, want %s", c.name, err, c.code)
			continue
		}
		for _, lang := range []string{"zh", "en"} {
			if text := errs.Text(e.Code, lang, e.Args); strings.Contains(text, "{") || len(c.text) > 5 && strings.Contains(text, strings.TrimSpace(c.text)) {
				t.Errorf("%s: says %q", c.name, text)
			}
		}
	}
}

func citizenLike(birth string) string { return "350199" + birth + "0027" }

func store(t testing.TB, d *db.DB) (*holder.Store, *gm.KeyStore) {
	t.Helper()
	keys, err := gm.NewMemoryKeyStore()
	if err != nil {
		t.Fatal(err)
	}
	return holder.Open(d, keys, clock.At(time.Unix(1_770_000_000, 0))), keys
}

func TestPutFindGet(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		s, _ := store(t, d)
		put := func(p holder.Profile) (id string) {
			t.Helper()
			err := d.Write(ctx, func(tx *db.Tx) error {
				var err error
				id, err = s.Put(ctx, tx, p)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			return id
		}
		woman := holder.Profile{Name: "林㛃", Code: holder.Code(citizen(t, "35019919880512002")), CodeType: holder.CodeCitizen, Phone: "10000000001"}
		firm := holder.Profile{Name: "福州榕印小吃（演示）有限公司", Code: "91350102YX0109011N", CodeType: holder.CodeUSCC}
		a, b := put(woman), put(firm)
		if a == b {
			t.Fatal("two holders have one id")
		}
		changed := woman
		changed.Name = "别名"
		if again := put(changed); again != a {
			t.Error("the same code gave another holder")
		}
		err := d.Read(ctx, func(q *db.Tx) error {
			for id, want := range map[string]struct {
				profile holder.Profile
				kind    catalog.HolderKind
			}{a: {woman, catalog.Natural}, b: {firm, catalog.Legal}} {
				found, err := s.Find(ctx, q, want.profile.Code)
				if err != nil || found != id {
					t.Errorf("%s leads to %q, %v", want.profile.Code, found, err)
				}
				got, err := s.Get(ctx, q, id)
				if err != nil || got.Profile != want.profile || got.Kind != want.kind || got.ID != id {
					t.Errorf("%+v, %v", got, err)
				}
			}
			if _, err := s.Find(ctx, q, "91350102YX010902XE"); errs.Code(err) != "case.holder-unknown" {
				t.Errorf("a code nobody has: %v", err)
			}
			if _, err := s.Get(ctx, q, db.NewID()); errs.Code(err) != "case.holder-unknown" {
				t.Errorf("an id nobody has: %v", err)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

// Two counters that enter the same newcomer at the same moment get one holder.
func TestPutAtOnceGivesOneHolder(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		s, _ := store(t, d)
		ids := make([]string, 8)
		var all sync.WaitGroup
		for i := range ids {
			all.Go(func() {
				err := d.Write(ctx, func(tx *db.Tx) error {
					var err error
					ids[i], err = s.Put(ctx, tx, holder.Profile{Name: fmt.Sprint("第", i), Code: "91350102YX0109011N", CodeType: holder.CodeUSCC})
					return err
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		for _, id := range ids {
			if id != ids[0] {
				t.Fatalf("ids %v", ids)
			}
		}
		err := d.Read(ctx, func(q *db.Tx) error {
			h, err := s.Get(ctx, q, ids[0]) // profile and key belong together
			if h.Profile.Code != "91350102YX0109011N" {
				t.Errorf("%+v", h)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

func TestSealedBelongsToOneHolder(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		s, _ := store(t, d)
		var a, b string
		var sealed, again []byte
		err := d.Write(ctx, func(tx *db.Tx) error {
			var err error
			if a, err = s.Put(ctx, tx, holder.Profile{Name: "甲", Code: "91350102YX0109011N", CodeType: holder.CodeUSCC}); err != nil {
				return err
			}
			if b, err = s.Put(ctx, tx, holder.Profile{Name: "乙", Code: "91350102YX010902XE", CodeType: holder.CodeUSCC}); err != nil {
				return err
			}
			if sealed, err = s.Seal(ctx, tx, a, []byte("意见")); err != nil {
				return err
			}
			again, err = s.Seal(ctx, tx, a, []byte("意见"))
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Equal(sealed, again) || bytes.Contains(sealed, []byte("意见")) {
			t.Error("the ciphertext tells something")
		}
		err = d.Read(ctx, func(q *db.Tx) error {
			if plain, err := s.Open(ctx, q, a, sealed); err != nil || string(plain) != "意见" {
				t.Errorf("%q, %v", plain, err)
			}
			if _, err := s.Open(ctx, q, b, sealed); err == nil {
				t.Error("another holder's key opens it")
			}
			if _, err := s.Open(ctx, q, db.NewID(), sealed); err == nil {
				t.Error("nobody's key opens it")
			}
			sealed[len(sealed)-1] ^= 1
			if _, err := s.Open(ctx, q, a, sealed); err == nil {
				t.Error("a changed text opens")
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

// Without the wrapped key, nothing of a holder can be read any more: that is what erasing will do.
func TestWithoutItsKeyAHolderIsGone(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		s, _ := store(t, d)
		var id string
		err := d.Write(ctx, func(tx *db.Tx) error {
			var err error
			if id, err = s.Put(ctx, tx, holder.Profile{Name: "甲", Code: "91350102YX0109011N", CodeType: holder.CodeUSCC}); err != nil {
				return err
			}
			_, err = tx.Exec(ctx, `DELETE FROM holder_key WHERE holder_id = $1`, id)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		err = d.Read(ctx, func(q *db.Tx) error {
			_, err := s.Get(ctx, q, id)
			return err
		})
		if err == nil {
			t.Error("the profile is still read")
		}
	})
}

func TestDigestIsKeyed(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		one, _ := store(t, d)
		other, _ := store(t, d)
		if !bytes.Equal(one.Digest("a", "x"), one.Digest("a", "x")) {
			t.Error("the same text has two digests")
		}
		for name, x := range map[string][]byte{"domain": one.Digest("b", "x"), "text": one.Digest("a", "y"), "key": other.Digest("a", "x")} {
			if bytes.Equal(one.Digest("a", "x"), x) {
				t.Errorf("another %s gives the same digest", name)
			}
		}
	})
}
