// Package app builds the object graph from the configuration and runs it. It is the only package that knows
// everything, and it holds no rules.
package app

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"

	"github.com/yinxin-org/yinxin/internal/access"
	"github.com/yinxin-org/yinxin/internal/agency"
	"github.com/yinxin-org/yinxin/internal/appeal"
	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/batch"
	"github.com/yinxin-org/yinxin/internal/blob"
	"github.com/yinxin-org/yinxin/internal/caller"
	"github.com/yinxin-org/yinxin/internal/casefile"
	"github.com/yinxin-org/yinxin/internal/catalog"
	"github.com/yinxin-org/yinxin/internal/change"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/config"
	"github.com/yinxin-org/yinxin/internal/connect"
	"github.com/yinxin-org/yinxin/internal/consent"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/deadline"
	"github.com/yinxin-org/yinxin/internal/dossier"
	"github.com/yinxin-org/yinxin/internal/erasure"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/evidence"
	"github.com/yinxin-org/yinxin/internal/face"
	"github.com/yinxin-org/yinxin/internal/feed"
	"github.com/yinxin-org/yinxin/internal/gm"
	"github.com/yinxin-org/yinxin/internal/gm/sdf"
	"github.com/yinxin-org/yinxin/internal/hall"
	"github.com/yinxin-org/yinxin/internal/holder"
	"github.com/yinxin-org/yinxin/internal/inspection"
	"github.com/yinxin-org/yinxin/internal/intake"
	"github.com/yinxin-org/yinxin/internal/license"
	"github.com/yinxin-org/yinxin/internal/matter"
	"github.com/yinxin-org/yinxin/internal/notice"
	"github.com/yinxin-org/yinxin/internal/org"
	"github.com/yinxin-org/yinxin/internal/present"
	"github.com/yinxin-org/yinxin/internal/push"
	"github.com/yinxin-org/yinxin/internal/register"
	"github.com/yinxin-org/yinxin/internal/retention"
	"github.com/yinxin-org/yinxin/internal/sealing"
	"github.com/yinxin-org/yinxin/internal/share"
	"github.com/yinxin-org/yinxin/internal/status"
	"github.com/yinxin-org/yinxin/internal/steward"
	"github.com/yinxin-org/yinxin/internal/task"
	"github.com/yinxin-org/yinxin/internal/translog"
	"github.com/yinxin-org/yinxin/internal/vertical"
	"github.com/yinxin-org/yinxin/internal/witness"
	"github.com/yinxin-org/yinxin/internal/workday"
	"github.com/yinxin-org/yinxin/verify"
)

// Keys of the log in the key store.
const (
	logEd25519 = "log.ed25519"
	logSM2     = "log.sm2"
)

// filesAtOnce bounds the files judged together.
const filesAtOnce = 4

// App is a running installation's parts.
type App struct {
	Config      config.Config
	Log         *slog.Logger
	Clock       clock.Clock
	DB          *db.DB
	Keys        *gm.KeyStore
	Trail       *change.Trail
	Tasks       *task.Store
	Deadlines   *deadline.Store
	Push        *push.Desk
	Batches     *batch.Desk
	Notices     *notice.Store
	Calendar    *workday.Calendar
	Units       *org.Store
	Faces       *face.Drawer
	Types       *catalog.Store
	Matters     *matter.Store
	Imports     *intake.Desk
	Holders     *holder.Store
	Seals       *sealing.Store
	Licenses    *license.Store
	Statuses    *status.Publisher
	Cases       *casefile.Store
	Door        *access.Door
	Appeals     *appeal.Store
	Inspections *inspection.Store
	Steward     *steward.Desk
	Hall        *hall.Hall
	Desk        *present.Desk
	Consents    *consent.Desk
	Shares      *share.Desk
	Dossiers    *dossier.Desk
	Erasures    *erasure.Desk
	Feed        *feed.Desk
	Callers     *caller.Desk
	Vertical    *vertical.Desk
	Agency      *agency.Service
	Book        *evidence.Book
	Retention   *retention.Desk
	Accounts    *authn.Service
	// MatterSource is the matter office's system; nil if none is configured.
	MatterSource *connect.Matters
	sources      map[string]license.Source    // by type code
	registers    map[string]register.Register // by kind
	Registers    *register.Store
	Demo         bool
	trust        verify.Options
	statusRoot   []byte                 // PEM
	devices      map[string]*sdf.Device // by library
	judging      chan struct{}          // places to judge a file
	stopped      atomic.Bool            // the log had to stop
}

// Options say how an App is opened.
type Options struct {
	Config config.Config
	Log    *slog.Logger
	Clock  clock.Clock   // the machine's if nil
	Demo   bool          // the caller is the demonstration; otherwise a demonstration's data are refused
	Maker  sealing.Maker // where this installation makes seals itself
	Hash   authn.Params  // cost of password hashes; zero: the default
}

// Open opens the database, migrates it and builds the graph.
func Open(ctx context.Context, o Options) (*App, error) {
	if o.Clock == nil {
		o.Clock = clock.System{}
	}
	a := &App{Config: o.Config, Log: o.Log, Clock: o.Clock, Demo: o.Demo, judging: make(chan struct{}, filesAtOnce)}
	var err error
	if a.DB, err = db.Open(ctx, o.Config.Database); err != nil {
		return nil, err
	}
	if err := a.build(ctx, o); err != nil {
		return nil, errors.Join(err, a.Close())
	}
	return a, nil
}

func (a *App) build(ctx context.Context, o Options) error {
	if err := a.DB.Migrate(ctx); err != nil {
		return err
	}
	if err := a.checkDemo(ctx); err != nil {
		return err
	}
	var err error
	if a.Keys, err = gm.OpenKeyStore(filepath.Join(o.Config.Data, "keys")); err != nil {
		return err
	}
	if err := a.checkKeys(ctx); err != nil {
		return err
	}
	if err := a.openKeys(ctx); err != nil {
		return err
	}
	if a.Accounts, err = authn.Open(authn.Options{DB: a.DB, Clock: a.Clock, Vault: a.Keys, Params: o.Hash, Origin: authn.PasskeyOrigin(a.Config.BaseURL)}); err != nil {
		return err
	}
	a.Trail, a.Tasks, a.Notices = change.Open(a.Clock), task.Open(a.Clock), notice.Open(a.Clock)
	a.Accounts.UseTells(a.tellFactor)
	a.Deadlines = deadline.New(a.Clock, a.Tasks)
	if a.Calendar, err = workday.Open(ctx, a.DB); err != nil {
		return err
	}
	if a.Faces, err = face.New(a.Config.BaseURL); err != nil {
		return err
	}
	a.Units = org.Open(org.Options{DB: a.DB, Clock: a.Clock, Trail: a.Trail, Tasks: a.Tasks, Accounts: a.Accounts, Calendar: a.Calendar})
	a.Types = catalog.Open(catalog.Options{Clock: a.Clock, Units: a.Units, Trail: a.Trail, Tasks: a.Tasks, Gate: a.Faces.Gate})
	a.Units.UseCatalogue(a.Types)
	if err := a.DB.Write(ctx, func(tx *db.Tx) error { return a.Types.Adopt(ctx, tx) }); err != nil {
		return err
	}
	a.Matters = matter.Open(matter.Options{DB: a.DB, Clock: a.Clock, Trail: a.Trail, Tasks: a.Tasks, Units: a.Units, Types: a.Types})
	a.Holders = holder.Open(a.DB, a.Keys, a.Clock)
	if err := a.openBook(ctx); err != nil {
		return err
	}
	a.Seals = sealing.Open(sealing.Options{DB: a.DB, Keys: a.Keys, Clock: a.Clock, Units: a.Units, Trail: a.Trail, Tasks: a.Tasks,
		Book: a.Book, PlatformID: a.Config.PlatformUnit})
	a.Seals.UseMaker(o.Maker)
	if err := a.openRegisters(ctx); err != nil {
		return err
	}
	if err := a.openImports(); err != nil {
		return err
	}
	if err := errors.Join(a.openStatuses(), a.openDoor(ctx)); err != nil {
		return err
	}
	if err := errors.Join(a.openBatches(), a.openPush(ctx)); err != nil {
		return err
	}
	a.Agency = agency.New(agency.Options{DB: a.DB, Clock: a.Clock, Keys: a.Keys, Holders: a.Holders, Licenses: a.Licenses, Types: a.Types,
		Door: a.Door, Book: a.Book, Notices: a.Notices})
	a.Accounts.UseActs(a.Agency.Acts)
	if err := errors.Join(a.openFaceCheck(ctx), a.openSources(ctx), a.openRetention()); err != nil {
		return err
	}
	handedIn, err := blob.OpenFolder(filepath.Join(a.Config.Data, "attachments"))
	if err != nil {
		return err
	}
	a.Hall = hall.New(hall.Options{DB: a.DB, Clock: a.Clock, Log: a.Log, Units: a.Units, Matters: a.Matters, Types: a.Types,
		Holders: a.Holders, Licenses: a.Licenses, Cases: a.Cases, Door: a.Door, Calendar: a.Calendar, Tasks: a.Tasks, Deadlines: a.Deadlines, Book: a.Book, Source: a.sourceOf, Registers: a.Registers, Staff: a.Accounts.Standing, ResetFactors: a.Accounts.ResetHolder, Notices: a.Notices, Agency: a.Agency, Appeals: a.Appeals,
		Files: handedIn})
	a.openDesks()
	a.Shares = share.New(share.Options{DB: a.DB, Clock: a.Clock, Units: a.Units, Types: a.Types, Holders: a.Holders, Licenses: a.Licenses,
		Notices: a.Notices, Door: a.Door})
	a.openFeeds(handedIn)
	if a.Config.MatterSource != "" {
		if a.MatterSource, err = connect.OpenMatters(a.Config.MatterSource, 0); err != nil {
			return err
		}
	}
	return a.LoadTrust()
}

// openFeeds opens the desks that other systems send to, and those of inspections and erasures.
func (a *App) openFeeds(handedIn *blob.Folder) {
	a.Dossiers = dossier.New(dossier.Options{DB: a.DB, Clock: a.Clock, Holders: a.Holders, Licenses: a.Licenses, Matters: a.Matters, Cases: a.Cases, Agency: a.Agency, Hall: a.Hall, Door: a.Door, Desk: a.Desk, Shares: a.Shares})
	a.Feed = feed.New(feed.Options{DB: a.DB, Clock: a.Clock, Units: a.Units, Holders: a.Holders, Trail: a.Trail,
		Matters: a.Matters, Types: a.Types, Deadlines: a.Deadlines})
	a.Callers = caller.New(caller.Options{DB: a.DB, Clock: a.Clock, Trail: a.Trail, Tasks: a.Tasks, Accounts: a.Accounts, Units: a.Units, Types: a.Types,
		Matters: a.Matters, Holders: a.Holders, Licenses: a.Licenses, Cases: a.Cases, Appeals: a.Appeals, Book: a.Book, Feed: a.Feed, Door: a.Door})
	a.Push.UseFollows(a.Callers.Follows)
	a.Vertical = vertical.New(vertical.Options{DB: a.DB, Clock: a.Clock, Trail: a.Trail, Units: a.Units, Types: a.Types, Holders: a.Holders,
		Licenses: a.Licenses, Hall: a.Hall, Steward: a.Steward, Verify: a.VerifyFile})
	a.Inspections = inspection.Open(inspection.Options{DB: a.DB, Clock: a.Clock, Units: a.Units, Types: a.Types, Holders: a.Holders,
		Licenses: a.Licenses, Notices: a.Notices, Files: handedIn})
	a.Erasures = erasure.New(erasure.Options{DB: a.DB, Clock: a.Clock, Trail: a.Trail, Accounts: a.Accounts, Holders: a.Holders, Licenses: a.Licenses, Book: a.Book,
		HandedIn: handedIn})
}

// openDoor opens the licenses and what is said about them, and gives the reader of bodies to the door, and to nothing
// else.
func (a *App) openDoor(ctx context.Context) error {
	files, err := blob.OpenFolder(filepath.Join(a.Config.Data, "files"))
	if err != nil {
		return err
	}
	store, reader, err := license.Open(license.Options{DB: a.DB, Keys: a.Keys, Clock: a.Clock, Units: a.Units, Types: a.Types,
		Holders: a.Holders, Seals: a.Seals, Book: a.Book, Files: files, Faces: a.Faces, Registers: a.Registers,
		Source: a.sourceOf, Verify: a.VerifyFile})
	if err != nil {
		return err
	}
	a.Licenses = store
	a.Steward = steward.New(steward.Options{DB: a.DB, Clock: a.Clock, Units: a.Units, Types: a.Types, Holders: a.Holders, Licenses: store, Notices: a.Notices})
	a.Seals.UseBound(store.CanBeUsed)
	a.Cases = casefile.Open(a.DB, a.Clock, a.Holders)
	if err := a.Keys.Generate(ctx, useSigner); err != nil {
		return err
	}
	uses, err := a.Keys.Signer(useSigner)
	if err != nil {
		return err
	}
	a.Door, err = access.Open(access.Options{DB: a.DB, Notices: a.Notices, Trail: a.Trail, Signer: uses, Clock: a.Clock, Reader: reader, Licenses: store, Cases: a.Cases,
		Matters: a.Matters, Units: a.Units, Holders: a.Holders, Book: a.Book, Tasks: a.Tasks, PlatformID: a.Config.PlatformUnit})
	if err != nil {
		return err
	}
	a.Appeals = appeal.Open(appeal.Options{DB: a.DB, Clock: a.Clock, Calendar: a.Calendar, Units: a.Units, Accounts: a.Accounts, Types: a.Types,
		Matters: a.Matters, Holders: a.Holders, Licenses: a.Licenses, Book: a.Book, Notices: a.Notices, Deadlines: a.Deadlines, PlatformID: a.Config.PlatformUnit})
	return nil
}

// useSigner is the key under which use grants and tokens are signed.
const useSigner = "use"

// pushSigner is the key by which other systems know what this platform tells them.
const pushSigner = "push"

// PushSigner is that key.
func (a *App) PushSigner(ctx context.Context) (*gm.Signer, error) {
	if err := a.Keys.Generate(ctx, pushSigner); err != nil {
		return nil, err
	}
	return a.Keys.Signer(pushSigner)
}

// openPush opens the desk that tells other systems of changes.
func (a *App) openPush(ctx context.Context) error {
	signer, err := a.PushSigner(ctx)
	if err != nil {
		return err
	}
	node, err := a.node()
	if err != nil {
		return err
	}
	reach := connect.Reach(a.Config.PushNetworks)
	a.Push = push.Open(push.Options{DB: a.DB, Clock: a.Clock, Log: a.Log, Trail: a.Trail, Units: a.Units, Licenses: a.Licenses,
		Receiver: connect.OpenReceivers(signer, reach, 0), Reaches: reach.Allows, Node: node})
	return nil
}

// node names this process among those that work on the same database, the same after a restart.
func (a *App) node() (string, error) {
	host, err := os.Hostname()
	if err != nil {
		return "", fmt.Errorf("name this node: %w", err)
	}
	return host + ":" + a.Config.Data, nil
}

// openBatches opens the desk of many licenses at once. What waits to be made lies apart from what was made.
func (a *App) openBatches() error {
	files, err := blob.OpenFolder(filepath.Join(a.Config.Data, "batches"))
	if err != nil {
		return err
	}
	node, err := a.node()
	if err != nil {
		return err
	}
	a.Batches = batch.Open(batch.Options{DB: a.DB, Clock: a.Clock, Log: a.Log, Keys: a.Keys, Files: files, Trail: a.Trail, Calendar: a.Calendar,
		Types: a.Types, Licenses: a.Licenses, Deadlines: a.Deadlines, Node: node})
	return nil
}

// openImports opens the desk that takes spreadsheets in. Their files lie apart from those of licenses.
func (a *App) openImports() error {
	files, err := blob.OpenFolder(filepath.Join(a.Config.Data, "imports"))
	if err != nil {
		return err
	}
	node, err := a.node()
	if err != nil {
		return err
	}
	a.Imports = intake.Open(intake.Options{DB: a.DB, Clock: a.Clock, Log: a.Log, Keys: a.Keys, Files: files, Trail: a.Trail, Tasks: a.Tasks,
		Units: a.Units, Types: a.Types, Matters: a.Matters, Node: node})
	return nil
}

func (a *App) openBook(ctx context.Context) error {
	tiles, err := translog.OpenFolder(filepath.Join(a.Config.Data, "log"))
	if err != nil {
		return err
	}
	ed, err := a.Keys.Ed25519(logEd25519)
	if err != nil {
		return err
	}
	if err := a.Keys.Generate(ctx, logSM2); err != nil {
		return err
	}
	sm2, err := a.Keys.Signer(logSM2)
	if err != nil {
		return err
	}
	witnesses, err := a.witnesses()
	if err != nil {
		return err
	}
	a.Book, err = evidence.Open(evidence.Options{DB: a.DB, Store: tiles, Sealer: a.Holders, Ed25519: ed, SM2: sm2,
		LabelKey: a.Keys.BlindIndex("log label key", a.Config.LogOrigin), Origin: a.Config.LogOrigin, Clock: a.Clock, Logger: a.Log,
		Witnesses: witnesses, Need: a.Config.WitnessQuorum})
	if err != nil {
		return err
	}
	return a.DB.Write(ctx, func(tx *db.Tx) error { return a.Holders.EnsurePlatform(ctx, tx) })
}

// witnesses are the clients of the configured witnesses. No key may stand there twice: it would be counted twice.
func (a *App) witnesses() ([]*witness.Client, error) {
	var lines strings.Builder
	for _, w := range a.Config.Witnesses {
		lines.WriteString(w.Key + "\n")
	}
	keys, err := translog.ParseWitnesses([]byte(lines.String()))
	if err != nil || len(keys) != len(a.Config.Witnesses) {
		return nil, fmt.Errorf("read keys of witnesses: %w", errors.Join(err, errWitnesses))
	}
	var list []*witness.Client
	for i, w := range a.Config.Witnesses {
		list = append(list, witness.NewClient(w.Name, w.URL, keys[i]))
	}
	return list, nil
}

var errWitnesses = errors.New("each of witnesses needs a key of its own, on one line")

// demoMark is set in a database that holds a demonstration's data.
const demoMark = "demo"

func (a *App) checkDemo(ctx context.Context) error {
	var n int
	err := a.DB.Read(ctx, func(q *db.Tx) error {
		return q.QueryRow(ctx, `SELECT count(*) FROM installation WHERE name = $1`, demoMark).Scan(&n)
	})
	if err != nil {
		return fmt.Errorf("read installation: %w", err)
	}
	if n > 0 && !a.Demo {
		return errs.New(errs.Conflict, "demo.data")
	}
	if n == 0 && a.Demo {
		return a.checkEmpty(ctx)
	}
	return nil
}

// checkEmpty keeps a demonstration out of a database that is somebody's.
func (a *App) checkEmpty(ctx context.Context) error {
	var n int
	err := a.DB.Read(ctx, func(q *db.Tx) error {
		return q.QueryRow(ctx, `SELECT (SELECT count(*) FROM unit) + (SELECT count(*) FROM holder) + (SELECT count(*) FROM account)`).Scan(&n)
	})
	if err != nil {
		return fmt.Errorf("look for data: %w", err)
	}
	if n > 0 {
		return errs.New(errs.Conflict, "demo.real")
	}
	return nil
}

// keyMark stands in the database, wrapped by its master key: keys that cannot open it belong to another database.
const keyMark = "keys"

// checkKeys refuses a key folder that does not fit the database, for example one that was lost and made anew.
func (a *App) checkKeys(ctx context.Context) error {
	wrapped, err := a.Keys.Wrap([]byte(keyMark), []byte(keyMark))
	if err != nil {
		return err
	}
	var mark string
	err = a.DB.Write(ctx, func(tx *db.Tx) error {
		if _, err := tx.Exec(ctx, `
			INSERT INTO installation (name, value) VALUES ($1, $2)
			ON CONFLICT (name) DO NOTHING`, keyMark, hex.EncodeToString(wrapped)); err != nil {
			return err
		}
		return tx.QueryRow(ctx, `SELECT value FROM installation WHERE name = $1`, keyMark).Scan(&mark)
	})
	if err != nil {
		return fmt.Errorf("read key mark: %w", err)
	}
	sealed, err := hex.DecodeString(mark)
	if err != nil {
		return fmt.Errorf("read key mark: %w", err)
	}
	if _, err := a.Keys.Unwrap(sealed, []byte(keyMark)); err != nil {
		return errs.New(errs.Conflict, "keys.foreign").Wrap(err)
	}
	return nil
}

// LoadTrust reads the trust anchors anew. Without files, every seal is of unknown origin.
func (a *App) LoadTrust() error {
	var err error
	if a.trust.Anchors, err = anchors(a.Config.Anchors); err != nil {
		return err
	}
	if a.trust.Makers, err = anchors(a.Config.Makers); err != nil {
		return err
	}
	return a.openTimestamp()
}

func anchors(path string) (*verify.Anchors, error) {
	pem, err := pemFile(path)
	if err != nil || pem == nil {
		return &verify.Anchors{}, err
	}
	return verify.ParseAnchors(pem)
}

// VerifyFile judges a file against the installation's trust anchors.
func (a *App) VerifyFile(file []byte) verify.Report { return a.VerifyFor(file, nil) }

// VerifyFor judges a file as VerifyFile does, and an annotated copy also by whether it is for the use that is asked about.
func (a *App) VerifyFor(file []byte, use *verify.Intended) verify.Report {
	a.judging <- struct{}{} // a few at a time: judging takes memory several times the file's
	defer func() { <-a.judging }()
	o := a.trust
	o.Now, o.Logged, o.For = a.Clock.Now(), a.logged, use
	err := a.DB.Read(context.Background(), func(q *db.Tx) (err error) {
		o.RevokedSeals, err = a.Seals.Burned(context.Background(), q)
		return err
	})
	if err != nil { // without the list of burned seals nothing can be trusted
		a.Log.Error("burned seals are not known", slog.Any("error", err))
		o = verify.Options{Now: o.Now, For: use}
	}
	return verify.File(file, o)
}

// logged asks the platform's own log for the record of a file, by the same proofs that a holder takes along.
func (a *App) logged(digest [32]byte, identifier string) (verify.Logged, error) {
	receipt, proof, err := a.Licenses.Evidence(context.Background(), identifier, digest)
	switch errs.Code(err) {
	case "license.unknown", "evidence.unknown", "evidence.pending":
		return verify.Logged{}, verify.ErrNotLogged
	}
	if err != nil {
		a.Log.Error("the log was not asked about a file", slog.Any("error", err))
		return verify.Logged{}, err
	}
	_, logged := verify.Evidence(a.Book.Pub(), receipt, proof)
	return logged(digest, identifier)
}

// Run does the background work until ctx ends: it brings records into the log and finishes what a crash cut
// off. If the log has to stop, because what it would publish contradicts what it has published, records are
// still taken and the service goes on without new proofs, until an operator has looked.
func (a *App) Run(ctx context.Context) {
	go a.housekeep(ctx)
	go a.Imports.Run(ctx)
	go a.Batches.Run(ctx)
	go a.Push.Run(ctx)
	go a.syncMatters(ctx)
	go a.fetchLate(ctx)
	go a.sealAnew(ctx)
	go a.Statuses.Run(ctx)
	go a.retire(ctx)
	if err := a.Book.Run(ctx); err != nil {
		a.Log.ErrorContext(ctx, "the log has stopped", slog.Any("error", err))
		a.stopped.Store(true)
	}
}

// houseEvery is how often unfinished work is looked for. Lost work is late by that much, never lost.
const houseEvery = 30 * time.Second

// housekeep makes licenses whose making was cut off or failed, tells of those that are overdue or due, and clears away ended
// sessions.
func (a *App) housekeep(ctx context.Context) {
	tick := time.NewTicker(houseEvery)
	defer tick.Stop()
	for {
		if err := errors.Join(a.Hall.Resume(ctx), a.Vertical.Resume(ctx), a.Accounts.Sweep(ctx), a.Callers.Sweep(ctx), a.Callers.Reconcile(ctx), a.Units.Watch(ctx), a.TellOverdue(ctx), a.TellDue(ctx), a.Consents.Remind(ctx), a.Erasures.Resume(ctx)); err != nil && ctx.Err() == nil {
			a.Log.ErrorContext(ctx, "unfinished work", slog.Any("error", err))
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

// Close releases the database and devices.
func (a *App) Close() error {
	var ended []error
	for _, d := range a.devices {
		ended = append(ended, d.Close())
	}
	return errors.Join(append(ended, a.DB.Close())...)
}

// Handler serves the pages and the interface.
func (a *App) Handler() (http.Handler, error) { return handler(a) }
