package demo

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/yinxin-org/yinxin/internal/app"
	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/license"
)

// PlatformUnit is the demonstration's platform operator: 福州市数字福州建设办公室（演示）.
const PlatformUnit = "11350100YX001010XH"

// AccountsFile is the name of the file in the data folder that lists accounts and passwords.
const AccountsFile = "accounts.txt"

// Accounts that entered the stock: neither can sign in, and they are two, as the second pair of eyes demands.
const (
	stockMaker    = "demo.stock.maker"
	stockReviewer = "demo.stock.reviewer"
)

// castLogins are the holders who can sign in, by cast key.
var castLogins = []string{"food-firm", "owner", "baker", "tea-firm", "groom", "bride", "father", "mother", "elder", "chemist", "carrier", "newcomer", "loser", "student",
	"builder-firm", "freight-firm", "clinic-firm", "hotel", "school"}

// exampleLogin begins the login of the account whose holder has a license of a type: "has-real-estate".
const exampleLogin = "has-"

type setup struct {
	app      *app.App
	city     *City
	progress func(done, of int)
	actors   map[string]*authn.Actor // by login
	opened   []string                // numbers of the cases of openings
}

// ready marks a data folder whose setting up came to its end.
const ready = "demo.ready"

// Setup fills an empty installation with the demonstration city. A set-up that was cut off starts over in a
// fresh folder; one that is complete is left as it is. progress, if given, hears how many licenses are made.
func Setup(ctx context.Context, a *app.App, progress func(done, of int)) error {
	return fill(ctx, a, progress, false)
}

// SetupCast is Setup with the licenses of the cast alone: enough for every story, and quick, for tests.
func SetupCast(ctx context.Context, a *app.App) error { return fill(ctx, a, nil, true) }

// SetupEmpty prepares an empty platform: the authorities of a demonstration, the regions, the unit that runs the platform with
// its seal for annotated copies, and one administrator. Everything else is for people to set up through the pages.
func SetupEmpty(ctx context.Context, a *app.App) error {
	done, err := isReady(ctx, a)
	if err != nil || done {
		return err
	}
	city, err := Load(Seed, a.Clock.Now())
	if err != nil {
		return err
	}
	city.keepPlatform()
	s := &setup{app: a, city: city, progress: func(int, int) {}, actors: map[string]*authn.Actor{}}
	if err := a.DB.Write(ctx, func(tx *db.Tx) error { return a.MarkDemo(ctx, tx) }); err != nil {
		return err
	}
	for _, step := range []func(context.Context) error{s.trust, s.catalogue, s.seals, s.administrator, s.markReady} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

// keepPlatform drops all but the unit that runs the platform.
func (c *City) keepPlatform() {
	c.Units = slices.DeleteFunc(c.Units, func(u Unit) bool { return u.ID != PlatformUnit })
	for i := range c.Units {
		c.Units[i].Parent = ""
	}
	c.Types, c.Items, c.Entries, c.Matters, c.Holders, c.Licenses = nil, nil, nil, nil, nil, nil
	c.Staff = slices.DeleteFunc(c.Staff, func(x Staff) bool { return x.Login != administrator })
}

// administrator is the login of the one account of an empty platform.
const administrator = "admin"

func (s *setup) administrator(ctx context.Context) error { return s.accounts(ctx, nil) }

func (s *setup) markReady(ctx context.Context) error {
	return s.app.DB.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO installation (name, value) VALUES ($1, 'yes')`, ready)
		return err
	})
}

func fill(ctx context.Context, a *app.App, progress func(done, of int), castOnly bool) error {
	done, err := isReady(ctx, a)
	if err != nil || done {
		return err
	}
	city, err := Load(Seed, a.Clock.Now())
	if err != nil {
		return err
	}
	if castOnly {
		city.keepCast()
	}
	if progress == nil {
		progress = func(int, int) {}
	}
	s := &setup{app: a, city: city, progress: progress, actors: map[string]*authn.Actor{}}
	if err := a.DB.Write(ctx, func(tx *db.Tx) error { return a.MarkDemo(ctx, tx) }); err != nil {
		return err
	}
	if err := s.trust(ctx); err != nil {
		return err
	}
	if err := s.catalogue(ctx); err != nil {
		return err
	}
	if err := s.seals(ctx); err != nil {
		return err
	}
	ids, err := s.holders(ctx)
	if err != nil {
		return err
	}
	if err := s.licenses(ctx, ids); err != nil {
		return err
	}
	if err := s.accounts(ctx, ids); err != nil {
		return err
	}
	steps := []func(context.Context) error{s.configure, s.events, s.drafts, s.relations, s.cases}
	if !castOnly {
		steps = append(steps, s.lacking)
	}
	if !castOnly { // tests of what is owed, told and inspected begin with nothing
		steps = append(steps, s.subscribe, s.deadlines, s.annualInspection)
	}
	steps = append(steps, s.applications, s.appeals, s.feeds, s.sandbox, s.shares)
	if !castOnly { // tests of batches and of showing begin with none
		steps = append(steps, s.batches, s.showings, s.operations, s.sealDesks, s.told)
	}
	for _, step := range steps {
		if err := step(ctx); err != nil {
			return err
		}
	}
	if err := s.writeCast(); err != nil {
		return err
	}
	return s.markReady(ctx)
}

// keepCast drops the licenses of everybody who is not in a story, except one of each type.
func (c *City) keepCast() {
	examples := c.examples()
	c.Licenses = slices.DeleteFunc(c.Licenses, func(l License) bool {
		return examples[l.Type] != l.Holders[0] && !slices.ContainsFunc(l.Holders, func(code string) bool {
			h, ok := c.Holder(code)
			return ok && h.Key != ""
		})
	})
}

// examples names, for each type, the first holder of one.
func (c *City) examples() map[string]string {
	first := map[string]string{}
	for _, l := range c.Licenses {
		if first[l.Type] == "" {
			first[l.Type] = l.Holders[0]
		}
	}
	return first
}

func isReady(ctx context.Context, a *app.App) (bool, error) {
	var marked, finished int
	err := a.DB.Read(ctx, func(q *db.Tx) error {
		return q.QueryRow(ctx, `
			SELECT (SELECT count(*) FROM installation WHERE name = 'demo'),
			       (SELECT count(*) FROM installation WHERE name = $1)`, ready).Scan(&marked, &finished)
	})
	if err != nil {
		return false, fmt.Errorf("read installation: %w", err)
	}
	if marked > 0 && finished == 0 {
		return false, errors.New("the demonstration in this folder was cut off while it was being set up; " +
			"remove the folder, or name another one by --data, and start again")
	}
	return finished > 0, nil
}

// catalogue enters regions, units, types and matters.
func (s *setup) catalogue(ctx context.Context) error {
	return s.app.DB.Write(ctx, func(tx *db.Tx) error {
		if err := s.app.Units.PutRegions(ctx, tx, s.city.Regions.all()); err != nil {
			return err
		}
		for _, u := range s.city.Units {
			if err := s.app.Units.Put(ctx, tx, u.Unit); err != nil {
				return err
			}
		}
		for _, t := range s.city.Types {
			if err := s.app.Types.Publish(ctx, tx, t, s.app.Clock.Now()); err != nil {
				return err
			}
		}
		for _, i := range s.city.Items {
			if err := s.app.Matters.PutItem(ctx, tx, i); err != nil {
				return err
			}
		}
		for _, e := range s.city.Entries {
			if err := s.app.Matters.PutEntry(ctx, tx, e); err != nil {
				return err
			}
		}
		return nil
	})
}

// holders enters the holders and gives their ids by code.
func (s *setup) holders(ctx context.Context) (map[string]string, error) {
	ids := map[string]string{}
	err := s.app.DB.Write(ctx, func(tx *db.Tx) error {
		for _, h := range s.city.Holders {
			id, err := s.app.Holders.Put(ctx, tx, h.Profile())
			if err != nil {
				return err
			}
			ids[h.Code] = id
		}
		return nil
	})
	return ids, err
}

// atOnce is how many licenses, or seals, are made at the same time: enough to share each commit of the database.
const atOnce = 24

// hashAtOnce is how many passwords are hashed at the same time: as many as package authn lets, so that on a slow machine none
// waits until it is told to come back later.
const hashAtOnce = 2

// licenses issues the stock (存量证照) the way any license is issued: drafted, sealed, reviewed, published.
func (s *setup) licenses(ctx context.Context, ids map[string]string) error {
	work, ctx := errgroup.WithContext(ctx)
	work.SetLimit(atOnce)
	var mu sync.Mutex
	done := 0
	for _, l := range s.city.Licenses {
		work.Go(func() error {
			if err := s.issue(ctx, l, ids); err != nil {
				return fmt.Errorf("issue a license of type %s: %w", l.Type, err)
			}
			mu.Lock()
			defer mu.Unlock()
			done++
			s.progress(done, len(s.city.Licenses))
			return nil
		})
	}
	return work.Wait()
}

func (s *setup) issue(ctx context.Context, l License, ids map[string]string) error {
	var holders []string
	for _, code := range l.Holders {
		holders = append(holders, ids[code])
	}
	var made license.License
	err := s.app.DB.Write(ctx, func(tx *db.Tx) error {
		var err error
		made, err = s.app.Licenses.Draft(ctx, tx, license.Draft{TypeCode: l.Type, Holders: holders, IssuerID: l.Issuer,
			Fields: l.Fields, MakerID: stockMaker, IssuedOn: l.IssuedOn, DueAt: clock.EndOfDay(s.app.Clock.Now()), External: true})
		return err
	})
	if err != nil {
		return err
	}
	if _, err := s.app.Licenses.Make(ctx, made.HolderID, made.ID); err != nil {
		return err
	}
	return s.app.DB.Write(ctx, func(tx *db.Tx) error {
		published, err := s.app.Licenses.Review(ctx, tx, license.Review{HolderID: made.HolderID, LicenseID: made.ID,
			ReviewerID: stockReviewer, UnitID: l.Issuer, Publish: true})
		if err != nil || l.Hold == "" {
			return err
		}
		return s.app.Licenses.Lose(ctx, tx, published, "")
	})
}

// login is an account to be made, with what the list of accounts says of it.
type login struct {
	authn.Account
	what   string
	secret string // of its codes for strong confirmations
}

// accounts makes the accounts with passwords of their own and lists them in a file that only the owner reads.
func (s *setup) accounts(ctx context.Context, ids map[string]string) error {
	var all []login
	for _, x := range s.city.Staff {
		u, _ := s.city.Unit(x.Unit)
		all = append(all, login{Account: authn.Account{Login: x.Login, Name: x.Name, Kind: authn.KindStaff, UnitID: x.Unit, Roles: x.Roles},
			what: strings.Join(x.Roles, ",") + " " + u.Name})
	}
	if len(ids) > 0 {
		holders, err := s.holderAccounts(ids)
		if err != nil {
			return err
		}
		all = append(all, holders...)
	}
	if err := s.createAccounts(ctx, all); err != nil {
		return err
	}
	var list strings.Builder
	list.WriteString("# 印信演示账号。口令只为本目录生成。 Accounts of this demonstration; passwords were made for this folder.\n")
	list.WriteString("# 最后一列是动态验证码的密钥，可输入任何验证器；也可以用 yinxin demo-code 账号 直接看当前验证码。\n")
	list.WriteString("# The last column is the secret of the account's codes, for any authenticator app; yinxin demo-code ACCOUNT prints the code of the moment.\n")
	for _, a := range all {
		fmt.Fprintf(&list, "%s\t%s\t%s\t%s\n", a.Login, a.Password, a.what, a.secret)
	}
	return os.WriteFile(filepath.Join(s.app.Config.Data, AccountsFile), []byte(list.String()), 0o600)
}

// createAccounts makes passwords and accounts, a few at a time: a password takes long to hash, as it should.
func (s *setup) createAccounts(ctx context.Context, all []login) error {
	work, ctx := errgroup.WithContext(ctx)
	work.SetLimit(hashAtOnce)
	var mu sync.Mutex
	for i := range all {
		a := &all[i]
		a.Password = password()
		work.Go(func() error {
			id, err := s.app.Accounts.Create(ctx, a.Account)
			if err != nil {
				return fmt.Errorf("make account %s: %w", a.Login, err)
			}
			if a.secret, err = s.app.Accounts.AddCode(ctx, id, "演示验证器"); err != nil {
				return fmt.Errorf("make account %s: %w", a.Login, err)
			}
			mu.Lock()
			defer mu.Unlock()
			s.actors[a.Login] = &authn.Actor{AccountID: id, Name: a.Name, Kind: a.Kind, UnitID: a.UnitID, HolderID: a.HolderID, SelfID: a.HolderID, Roles: a.Roles}
			return nil
		})
	}
	return work.Wait()
}

// holderAccounts are those of the stories and one for the sake of each type.
func (s *setup) holderAccounts(ids map[string]string) ([]login, error) {
	var all []login
	add := func(name string, h Holder, note string) {
		all = append(all, login{Account: authn.Account{Login: name, Name: h.Name, Kind: authn.KindHolder, HolderID: ids[h.Code], Roles: []string{"holder"}}, what: "holder " + note})
	}
	for _, key := range castLogins {
		h, ok := s.city.Cast(key)
		if !ok {
			return nil, fmt.Errorf("the cast has no %s", key)
		}
		add(key, h, h.Note)
	}
	examples := s.city.examples()
	for i, key := range s.city.typeKeys {
		if h, ok := s.city.Holder(examples[s.city.Types[i].Code]); ok {
			add(exampleLogin+key, h, "持有"+s.city.Types[i].Name)
		}
	}
	return all, nil
}

// password is random, long enough, and easy to copy from a screen.
func password() string {
	t := rand.Text()
	return t[:5] + "-" + strings.ToLower(t[5:10]) + "-" + t[10:15]
}
