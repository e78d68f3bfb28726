// Package httpapi serves the JSON interface: it turns requests into calls of the domain and the domain's errors
// into problems (RFC 9457). It holds no rules and no SQL.
//
// Each noun has one file with one register function; New calls them all. An operation is either require(…)d,
// which closes it to all but signed-in accounts of the named roles, or open(…)ed on purpose; a test refuses an
// operation that is neither. What a client sent is never sent back: problems name fields and rules only.
package httpapi

import (
	"context"
	"log/slog"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/yinxin-org/yinxin/internal/access"
	"github.com/yinxin-org/yinxin/internal/agency"
	"github.com/yinxin-org/yinxin/internal/appeal"
	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/batch"
	"github.com/yinxin-org/yinxin/internal/caller"
	"github.com/yinxin-org/yinxin/internal/casefile"
	"github.com/yinxin-org/yinxin/internal/catalog"
	"github.com/yinxin-org/yinxin/internal/change"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/consent"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/deadline"
	"github.com/yinxin-org/yinxin/internal/dossier"
	"github.com/yinxin-org/yinxin/internal/erasure"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/evidence"
	"github.com/yinxin-org/yinxin/internal/face"
	"github.com/yinxin-org/yinxin/internal/feed"
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
	"github.com/yinxin-org/yinxin/internal/sealing"
	"github.com/yinxin-org/yinxin/internal/share"
	"github.com/yinxin-org/yinxin/internal/steward"
	"github.com/yinxin-org/yinxin/internal/task"
	"github.com/yinxin-org/yinxin/internal/vertical"
	"github.com/yinxin-org/yinxin/internal/workday"
	"github.com/yinxin-org/yinxin/verify"
)

// Sessions signs people in and out. authn.Service does it.
type Sessions interface {
	SignIn(ctx context.Context, login, password string) (authn.Session, error)
	Actor(ctx context.Context, token string) (*authn.Actor, error)
	SignOut(ctx context.Context, token string) error
}

// Deps are the parts of the product that the operations call.
type Deps struct {
	Log      *slog.Logger
	Version  string // of the product, shown in the document
	Demo     bool   // the data are a demonstration's
	Sessions Sessions
	// UnitName gives the name of a unit (机构) by its id.
	UnitName func(ctx context.Context, unitID string) (string, error)
	// Person names a colleague by account.
	Person func(ctx context.Context, accountID string) (authn.Person, error)
	// VerifyFile judges a file against this platform's trust anchors; use, which may be nil, is what it is wanted for.
	VerifyFile func(file []byte, use *verify.Intended) verify.Report
	// Health reports in lines how the service is; errs "log.stopped" where the log is, another error where a part does not answer.
	Health func(ctx context.Context) (string, error)
	// Ready reports whether requests can be answered.
	Ready func(ctx context.Context) error

	BaseURL     string // how the outside reaches the platform, without a slash at the end
	DB          *db.DB
	Clock       clock.Clock
	Trail       *change.Trail
	Tasks       *task.Store
	Notices     *notice.Store
	Units       *org.Store
	Calendar    *workday.Calendar
	Accounts    *authn.Service
	Seals       *sealing.Store
	Faces       *face.Drawer
	Types       *catalog.Store
	Matters     *matter.Store
	Imports     *intake.Desk
	Holders     *holder.Store
	Licenses    *license.Store
	Steward     *steward.Desk
	Cases       *casefile.Store
	Appeals     *appeal.Store
	Inspections *inspection.Store
	Hall        *hall.Hall
	Erasures    *erasure.Desk
	Door        *access.Door
	Desk        *present.Desk
	Consents    *consent.Desk
	Agency      *agency.Service
	Shares      *share.Desk
	Dossiers    *dossier.Desk
	Deadlines   *deadline.Store
	Batches     *batch.Desk
	Push        *push.Desk
	// Sandbox gives what developers need to try the share interface; asked in a demonstration only.
	Sandbox  func() ([]byte, error)
	Feed     *feed.Desk
	Callers  *caller.Desk
	Vertical *vertical.Desk
	Book     *evidence.Book
	// MatterSource is the matter office's system; nil if none is configured.
	MatterSource matter.Source
}

// New registers all operations, the document (/openapi.yaml, /openapi.json, /docs), /healthz and /readyz on mux. The
// caller serves mux through an Edge.
func New(mux *http.ServeMux, d Deps) huma.API {
	installProblems()
	api := humago.New(mux, config(d.Version))
	api.UseMiddleware(authenticate(api, d.Sessions))

	registerSession(api, d)
	registerFactor(api, d)
	registerMatters(api, d)
	registerCase(api, d)
	registerCasework(api, d)
	registerHall(api, d)
	registerBench(api, d)
	registerMaking(api, d)
	registerIssued(api, d)
	registerOperation(api, d)
	registerMe(api, d)
	registerUse(api, d)
	registerWhole(api, d)
	registerUsage(api, d)
	registerLook(api, d)
	registerLogHealth(api, d)
	registerEntry(api, d)
	registerPresentation(api, d)
	registerRelation(api, d)
	registerDossier(api, d)
	registerSiteVisit(api, d)
	registerWindow(api, d)
	registerAsking(api, d)
	registerReceipt(api, d)
	registerAuthorisation(api, d)
	registerAuthorisationDesk(api, d)
	registerShare(api, d)
	registerFeed(api, d)
	registerRegistration(api, d)
	registerDepartment(api, d)
	registerVertical(api, d)
	registerDeadline(api, d)
	registerBatch(api, d)
	registerStock(api, d)
	registerPush(api, d)
	registerVerify(api, d)
	registerAppeal(api, d)
	registerAppealDesk(api, d)
	registerAnnual(api, d)
	registerViolation(api, d)
	registerGlass(api, d)
	registerErasure(api, d)
	registerPolicy(api, d)
	registerCaseRight(api, d)
	registerAvailability(api, d)
	registerOrg(api, d)
	registerImport(api, d)
	registerType(api, d)
	registerTypeDraft(api, d)
	registerTypeFace(api, d)
	registerClaim(api, d)
	registerStandard(api, d)

	serveDocument(mux, api)
	serveSandbox(mux, d)
	serveShareDocs(mux, api, d)
	mux.HandleFunc("GET /healthz", health(d))
	mux.HandleFunc("GET /readyz", ready(d))
	mux.HandleFunc("/api/", unmatched(mux))
	return api
}

// config departs from huma's defaults: no pages that load scripts from elsewhere, no $schema in answers, and
// nothing unknown accepted.
func config(version string) huma.Config {
	c := huma.DefaultConfig("印信 Yinxin", version)
	c.CreateHooks = nil
	c.OpenAPIPath, c.DocsPath, c.SchemasPath = "", "", ""
	c.OnAddOperation = append(c.OnAddOperation, declareFiles)
	c.RejectUnknownQueryParameters = true
	c.Info.Description = "电子证照平台接口。时间为北京时间（RFC 3339，+08:00），日期为 2006-01-02。\n\n" +
		"Interface of the electronic license platform. Times are Beijing time (RFC 3339, +08:00), dates 2006-01-02."
	c.Info.License = &huma.License{Name: "Apache-2.0", Identifier: "Apache-2.0"}
	c.Components.Schemas = huma.NewMapRegistry("#/components/schemas/", schemaName)
	c.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		sessionScheme: {
			Type: "apiKey", In: "cookie", Name: authn.CookieName,
			Description: "登录后由 POST /api/v1/session 发给。Given by POST /api/v1/session.",
		},
	}
	return c
}

// unmatched answers requests under /api/ that no operation takes, and says which methods the address knows.
func unmatched(mux *http.ServeMux) http.HandlerFunc {
	methods := []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete}
	return func(w http.ResponseWriter, r *http.Request) {
		known := false
		for _, m := range methods {
			probe := &http.Request{Method: m, URL: r.URL, Host: r.Host}
			if _, pattern := mux.Handler(probe); pattern != "" && pattern != "/api/" {
				w.Header().Add("Allow", m)
				known = true
			}
		}
		if known {
			writeProblem(w, r, plain(preferred(r.Header.Get("Accept-Language")), http.StatusMethodNotAllowed, "method.unknown", nil))
			return
		}
		WriteProblem(w, r, errs.New(errs.NotFound, "not-found"))
	}
}
