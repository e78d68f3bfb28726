package app

import (
	"context"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/catalog"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/gm"
	"github.com/yinxin-org/yinxin/internal/httpapi"
	"github.com/yinxin-org/yinxin/internal/license"
	"github.com/yinxin-org/yinxin/internal/matter"
	"github.com/yinxin-org/yinxin/internal/present"
	"github.com/yinxin-org/yinxin/internal/share"
	"github.com/yinxin-org/yinxin/internal/web"
	"github.com/yinxin-org/yinxin/verify"
)

// Version is the product's version.
const Version = "0.1.0"

func handler(a *App) (http.Handler, error) {
	mux := http.NewServeMux()
	deps := httpapi.Deps{
		Log: a.Log, Version: Version, Demo: a.Demo, Sessions: a.Accounts, UnitName: a.unitName, Person: a.Accounts.Person,
		VerifyFile: a.VerifyFor, Health: a.health, Ready: a.ready, BaseURL: a.Config.BaseURL, DB: a.DB, Clock: a.Clock, Trail: a.Trail, Tasks: a.Tasks, Notices: a.Notices, Units: a.Units,
		Faces: a.Faces, Types: a.Types, Matters: a.Matters, Imports: a.Imports, Holders: a.Holders, Licenses: a.Licenses, Steward: a.Steward, Cases: a.Cases, Appeals: a.Appeals, Inspections: a.Inspections, Hall: a.Hall, Door: a.Door, Erasures: a.Erasures,
		Desk: a.Desk, Consents: a.Consents, Agency: a.Agency, Shares: a.Shares, Dossiers: a.Dossiers, Feed: a.Feed, Callers: a.Callers, Sandbox: a.sandbox, Vertical: a.Vertical, Deadlines: a.Deadlines, Batches: a.Batches, Push: a.Push, Book: a.Book, Calendar: a.Calendar, Accounts: a.Accounts, Seals: a.Seals,
	}
	if a.MatterSource != nil {
		deps.MatterSource = a.MatterSource
	}
	httpapi.New(mux, deps)
	site, err := web.New(mux, web.Deps{Sessions: a.Accounts, Checker: checker{a}, Copies: copies{a}, Directory: directory{a}, Prover: prover{a}, Evidence: records{a}, Demo: a.Demo})
	if err != nil {
		return nil, err
	}
	if err := a.serveUseKey(mux); err != nil {
		return nil, err
	}
	a.serveLog(mux)
	a.serveStatuses(mux)
	edge := httpapi.Edge{Log: a.Log, Clock: a.Clock, Secure: strings.HasPrefix(a.Config.BaseURL, "https://"), PageError: site.Error,
		Proxies: a.Config.Proxies}
	return edge.Handler(mux), nil
}

// serveUseKey publishes the key under which use grants are signed, for whoever is shown one.
func (a *App) serveUseKey(mux *http.ServeMux) error {
	signer, err := a.Keys.Signer(useSigner)
	if err != nil {
		return err
	}
	text, err := gm.EncodePublicKey(signer.Public())
	if err != nil {
		return err
	}
	mux.HandleFunc("GET /log/use.pub", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/x-pem-file")
		_, _ = w.Write(text)
	})
	return nil
}

// serveLog publishes the log: its keys, its checkpoint, the newest one that witnesses have cosigned, and its tiles, for anyone to check.
func (a *App) serveLog(mux *http.ServeMux) {
	mux.HandleFunc("GET /log/log.pub", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		_, _ = w.Write(a.Book.Pub())
	})
	mux.HandleFunc("GET /log/checkpoint", func(w http.ResponseWriter, r *http.Request) {
		b, err := a.Book.Checkpoint(r.Context())
		a.logFile(w, r, b, err, "text/plain; charset=utf-8", "no-cache")
	})
	mux.HandleFunc("GET /log/cosigned", func(w http.ResponseWriter, r *http.Request) {
		b, err := a.Book.CosignedNote(r.Context())
		a.logFile(w, r, b, err, "text/plain; charset=utf-8", "no-cache")
	})
	mux.HandleFunc("GET /log/tile/", func(w http.ResponseWriter, r *http.Request) {
		b, err := a.Book.Tile(r.Context(), strings.TrimPrefix(r.URL.Path, "/log/"))
		a.logFile(w, r, b, err, "application/octet-stream", "public, max-age=31536000, immutable")
	})
}

func (a *App) logFile(w http.ResponseWriter, r *http.Request, b []byte, err error, kind, cache string) {
	if err != nil {
		httpapi.WriteProblem(w, r, err)
		return
	}
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Cache-Control", cache)
	_, _ = w.Write(b) //nolint:gosec // the log's own bytes, under a fixed content type and nosniff
}

// checker answers the check pages from the desk and the verifier.
type checker struct{ a *App }

func partViews(parts []present.Part) []web.Part {
	var out []web.Part
	for _, p := range parts {
		out = append(out, web.Part{Type: web.Text{Zh: p.Type.Name, En: p.Type.NameEn}, Issuer: p.Issuer, State: stateView(p.State)})
	}
	return out
}

func stateView(s license.State) web.State {
	return web.State{Code: string(s), Text: web.Text{Zh: s.Text("zh"), En: s.Text("en")}}
}

func (c checker) Static(ctx context.Context, token string) (web.StaticView, error) {
	v, err := c.a.Desk.Static(ctx, token)
	if err != nil {
		return web.StaticView{}, err
	}
	return web.StaticView{Type: web.Text{Zh: v.Type.Name, En: v.Type.NameEn}, State: stateView(v.State), Parts: partViews(v.Parts), Late: v.Late, AsOf: v.At}, nil
}

func (c checker) Peek(ctx context.Context, token string) (web.PeekView, error) {
	p, err := c.a.Desk.Peek(ctx, token)
	if err != nil {
		return web.PeekView{}, err
	}
	if dead := present.Dead(p.State); dead != nil {
		return web.PeekView{}, dead
	}
	v := web.PeekView{Type: web.Text{Zh: p.Type.Name, En: p.Type.NameEn}, Seconds: int(p.ExpiresAt.Sub(c.a.Clock.Now()).Seconds()),
		Uses: p.UsesLeft, SignIn: p.ScenarioID != ""}
	if p.ScenarioID != "" {
		err := c.a.DB.Read(ctx, func(q *db.Tx) error {
			l, err := c.a.Matters.Listing(ctx, q, matter.ListScenario, p.ScenarioID)
			if err == nil {
				v.Scenario = l.Scenario.Name
			}
			return err
		})
		if err != nil {
			return web.PeekView{}, err
		}
	}
	for _, n := range p.Fields {
		f, _ := p.Type.Field(n)
		v.Fields = append(v.Fields, web.Text{Zh: f.Label, En: f.LabelEn})
	}
	return v, nil
}

func (c checker) Check(ctx context.Context, actor *authn.Actor, token, purpose string) (web.VerdictView, error) {
	v, err := c.a.Desk.Check(ctx, actor, token, purpose)
	if err != nil {
		return web.VerdictView{}, err
	}
	out := web.VerdictView{Verdict: v.State.Verdict(), State: stateView(v.State), Type: web.Text{Zh: v.Type.Name, En: v.Type.NameEn},
		Issuer: web.Text{Zh: v.Issuer}, Parts: partViews(v.Parts), Late: v.Late, CheckedAt: v.At, RecordNo: v.RecordNo}
	for _, f := range v.Fields {
		out.Fields = append(out.Fields, web.Field{Label: web.Text{Zh: f.Label, En: f.LabelEn}, Value: f.Value})
	}
	return out, nil
}

func (c checker) File(ctx context.Context, file []byte, use web.Intended) (web.FileVerdict, error) {
	if share.IsPDF(file) {
		return c.pdf(ctx, file)
	}
	var asked *verify.Intended
	if use != (web.Intended{}) {
		asked = &verify.Intended{Unit: use.Unit, Case: use.CaseNo}
	}
	r := c.a.VerifyFor(file, asked)
	if len(r.Causes) > 0 && r.Causes[0].Code == verify.FormatOFD {
		return web.FileVerdict{}, errs.New(errs.Invalid, "file.unreadable")
	}
	out := web.FileVerdict{Verdict: r.Verdict, Entries: r.Coverage.Files, Covered: r.Coverage.Covered}
	for _, x := range r.Causes {
		out.Causes = append(out.Causes, web.Cause{Code: string(x.Code), Part: x.Part, Text: web.Text{Zh: x.Zh, En: x.En}})
	}
	for _, s := range r.Seals {
		out.Seals = append(out.Seals, web.Seal{Name: s.Name, Signer: s.Signer, At: s.SignedAt, TimeTrusted: s.TimeTrusted, Verdict: s.Verdict})
	}
	if r.Copy != nil {
		out.Copy = &web.Copy{Cause: r.Copy.Purpose, Matter: r.Copy.Matter, CaseNo: r.Copy.Case, Creator: r.Copy.Creator,
			Created: r.Copy.Created, Expires: r.Copy.Expires}
	}
	labels, err := c.labels(ctx, r.License)
	if err != nil {
		return web.FileVerdict{}, err
	}
	for _, item := range r.License {
		label := web.Text{Zh: item.Label}
		if f, ok := labels.Field(item.Name); ok && item.Label == "" {
			label = web.Text{Zh: f.Label, En: f.LabelEn}
		}
		out.License = append(out.License, web.Field{Label: label, Value: item.Value})
		if item.Name == "ZZBS" && r.Verdict != verify.Invalid {
			v, err := c.a.Desk.ByIdentifier(ctx, item.Value)
			if err == nil {
				out.Current = &web.Current{State: stateView(v.State), At: v.At}
			} else if errs.Code(err) != "license.unknown" {
				return web.FileVerdict{}, err
			}
		}
	}
	return out, nil
}

// labels is the type of the license in a file, which names what a file gives without a label: its own fields. A type that
// is not known here names only what every license has.
func (c checker) labels(ctx context.Context, items []verify.Item) (*catalog.Type, error) {
	t := &catalog.Type{}
	for _, item := range items {
		if item.Name != "ZZLXDM" {
			continue
		}
		err := c.a.DB.Read(ctx, func(q *db.Tx) error {
			found, err := c.a.Types.Latest(ctx, q, item.Value)
			if err == nil {
				t = found
			}
			return err
		})
		if err != nil && errs.Of(err).Kind != errs.NotFound {
			return nil, err
		}
	}
	return t, nil
}

// MarkDemo says, for good, that the database holds a demonstration's data.
func (a *App) MarkDemo(ctx context.Context, tx *db.Tx) error {
	_, err := tx.Exec(ctx, `INSERT INTO installation (name, value) VALUES ($1, 'yes') ON CONFLICT (name) DO NOTHING`, demoMark)
	return err
}

// prover answers the public page of a proof.
type prover struct{ a *App }

func (p prover) Proof(ctx context.Context, no string) (web.ProofView, error) {
	var v web.ProofView
	err := p.a.DB.Read(ctx, func(q *db.Tx) error {
		found, err := p.a.Appeals.AnyProof(ctx, q, no)
		if err != nil {
			return err
		}
		t, err := p.a.Types.Latest(ctx, q, found.TypeCode)
		if err != nil {
			return err
		}
		m, err := p.a.Matters.Get(ctx, q, found.MatterCode)
		if err != nil {
			return err
		}
		u, err := p.a.Units.Get(ctx, q, found.UnitID)
		v = web.ProofView{No: found.No, At: found.At, Type: web.Text{Zh: t.Name, En: t.NameEn}, State: stateView(found.LicenseState),
			Matter: web.Text{Zh: m.Name, En: m.NameEn}, Unit: web.Text{Zh: u.Name, En: u.NameEn}}
		return err
	})
	return v, err
}

// SandboxFile holds, in the data folder of a demonstration, what a developer needs to try the share interface: the application's
// key and a case to ask for. The key belongs to this demonstration alone.
const SandboxFile = "sandbox.json"

func (a *App) sandbox() ([]byte, error) {
	return os.ReadFile(filepath.Join(a.Config.Data, SandboxFile))
}
