package httpapi

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/yinxin-org/yinxin/internal/casefile"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/hall"
)

// BundleSummary is one application for a life event in its applicant's list.
type BundleSummary struct {
	ID          string     `json:"id"`
	Event       Coded      `json:"event"`
	CreatedAt   time.Time  `json:"createdAt"`
	SubmittedAt *time.Time `json:"submittedAt,omitempty"`
	Total       int        `json:"total" doc:"Matters."`
	Done        int        `json:"done" doc:"Matters that have been approved."`
	State       string     `json:"state" enum:"draft,running,done,stopped" doc:"stopped: a matter was refused or withdrawn, and others cannot go on."`
	Todo        bool       `json:"todo" doc:"Waiting for you: to be filled in, or something to be corrected."`
}

// BundleDetail is one application for a life event: one form, and the course of each matter.
type BundleDetail struct {
	BundleSummary
	Form  []BundleField `json:"form" doc:"What is asked, each thing once."`
	Steps []BundleStep  `json:"steps"`
	// What has to be given before it can be handed in.
	Missing []string `json:"missing" doc:"Names of what has to be given before it can be handed in."`
}

// BundleField is a field of the one form, with the matters that need it.
type BundleField struct {
	ApplicationField
	Matters []string `json:"matters" doc:"Codes of the matters that ask for it."`
}

// BundleStep is one matter of the event.
type BundleStep struct {
	ApplicationDetail
	After   []string `json:"after" doc:"Numbers of the cases whose results it waits for."`
	Blocked bool     `json:"blocked" doc:"It waits for a matter that was refused or withdrawn."`
}

type beginBundleInput struct {
	Language
	Body struct {
		EventCode      string       `json:"eventCode" pattern:"^[a-z0-9][a-z0-9-]{1,39}$"`
		Parties        OtherParties `json:"parties" required:"false"`
		IdempotencyKey string       `json:"idempotencyKey" minLength:"8" maxLength:"64" pattern:"^[A-Za-z0-9_-]+$" doc:"The same key gives the same application."`
	}
}

// BundlePath names an application for a life event in the address.
type BundlePath struct {
	Language
	BundleID string `path:"bundleId" format:"uuid"`
}

type bundleFormInput struct {
	BundlePath
	Body struct {
		Values map[string]string `json:"values" maxProperties:"200"`
	}
}

type bundleOutput struct{ Body BundleDetail }

type bundlesOutput struct {
	Body struct {
		Items []BundleSummary `json:"items"`
	}
}

func (d Deps) beginBundle(ctx context.Context, in *beginBundleInput) (*bundleOutput, error) {
	id, err := d.Hall.ApplyEvent(ctx, actorFrom(ctx), hall.EventApplication{EventCode: in.Body.EventCode, Parties: in.Body.Parties.persons(), Key: in.Body.IdempotencyKey})
	if err != nil {
		return nil, err
	}
	return d.bundleNow(ctx, id, in.lang())
}

func (d Deps) getBundle(ctx context.Context, in *BundlePath) (*bundleOutput, error) {
	return d.bundleNow(ctx, in.BundleID, in.lang())
}

func (d Deps) listBundles(ctx context.Context, in *struct{ Language }) (*bundlesOutput, error) {
	rows, err := d.Hall.Bundles(ctx, actorFrom(ctx))
	if err != nil {
		return nil, err
	}
	out := &bundlesOutput{}
	out.Body.Items = []BundleSummary{}
	for _, r := range rows {
		out.Body.Items = append(out.Body.Items, bundleSummary(r, in.lang()))
	}
	return out, nil
}

func (d Deps) saveBundle(ctx context.Context, in *bundleFormInput) (*bundleOutput, error) {
	if err := d.Hall.SaveBundleForm(ctx, actorFrom(ctx), in.BundleID, in.Body.Values); err != nil {
		return nil, err
	}
	return d.bundleNow(ctx, in.BundleID, in.lang())
}

func (d Deps) handInBundle(ctx context.Context, in *BundlePath) (*bundleOutput, error) {
	if err := d.Hall.HandInBundle(ctx, actorFrom(ctx), in.BundleID); err != nil {
		return nil, err
	}
	return d.bundleNow(ctx, in.BundleID, in.lang())
}

func (d Deps) withdrawBundle(ctx context.Context, in *BundlePath) (*bundleOutput, error) {
	if err := d.Hall.WithdrawBundle(ctx, actorFrom(ctx), in.BundleID); err != nil {
		return nil, err
	}
	return d.bundleNow(ctx, in.BundleID, in.lang())
}

func (d Deps) bundleNow(ctx context.Context, id, lang string) (*bundleOutput, error) {
	v, err := d.Hall.BundleOf(ctx, actorFrom(ctx), id)
	if err != nil {
		return nil, err
	}
	row := hall.BundleRow{Bundle: v.Bundle, Event: v.Event}
	for _, s := range v.Steps {
		row.Cases = append(row.Cases, s.Case)
	}
	out := BundleDetail{BundleSummary: bundleSummary(row, lang), Form: []BundleField{}, Steps: []BundleStep{}, Missing: []string{}}
	stopped := map[string]bool{} // cases that end without their result, and those that wait for them
	for n, s := range v.Steps {
		x, err := d.applicationDetail(ctx, s, lang)
		if err != nil {
			return nil, err
		}
		step := BundleStep{ApplicationDetail: x, After: append([]string{}, v.Bundle.Steps[n].After...)}
		step.Blocked = s.Case.State == casefile.StateOpen && slices.ContainsFunc(step.After, func(no string) bool { return stopped[no] })
		stopped[x.CaseNo] = step.Blocked || s.Case.State == casefile.StateClosed && s.Case.Outcome != casefile.Approved
		out.Steps = append(out.Steps, step)
		out.Form = mergeForm(out.Form, x)
		for _, name := range x.Missing {
			if !slices.Contains(out.Missing, name) {
				out.Missing = append(out.Missing, name)
			}
		}
	}
	return &bundleOutput{Body: out}, nil
}

// mergeForm adds the fields of one matter: those that have the same name are asked once, and what a license fills for one
// matter, or is still open for any, is shown.
func mergeForm(form []BundleField, x ApplicationDetail) []BundleField {
	for _, f := range x.Form {
		i := slices.IndexFunc(form, func(b BundleField) bool { return b.Name == f.Name })
		if i < 0 {
			form = append(form, BundleField{ApplicationField: f, Matters: []string{x.Matter.Code}})
			continue
		}
		b := &form[i]
		b.Matters = append(b.Matters, x.Matter.Code)
		b.Required = b.Required || f.Required
		if b.Fill == "later" && f.Fill != "later" || b.Value == "" && f.Value != "" {
			matters, required := b.Matters, b.Required
			b.ApplicationField, b.Matters = f, matters
			b.Required = required
		}
	}
	return form
}

func bundleSummary(r hall.BundleRow, lang string) BundleSummary {
	s := BundleSummary{ID: r.Bundle.ID, Event: Coded{Code: r.Event.Code, Name: choose(lang, r.Event.Name, r.Event.NameEn)},
		CreatedAt: r.Bundle.CreatedAt.In(clock.Shanghai), SubmittedAt: beijing(r.Bundle.SubmittedAt), Total: len(r.Cases), State: "running"}
	open, lost, waits := 0, 0, 0
	for _, c := range r.Cases {
		switch {
		case c.State == casefile.StateOpen:
			open++
			s.Todo = s.Todo || c.Editable()
			if c.Stage == casefile.StageWait {
				waits++
			}
		case c.Outcome == casefile.Approved:
			s.Done++
		default:
			lost++
		}
	}
	switch {
	case open == 0 && lost > 0, open > 0 && open == waits && lost > 0:
		s.State = "stopped"
	case open == 0:
		s.State = "done"
	case r.Bundle.SubmittedAt.IsZero():
		s.State = "draft"
	}
	return s
}

func registerBundle(api huma.API, d Deps) {
	op := func(id, method, path, zh, en string, errors ...int) huma.Operation {
		return require(api, huma.Operation{OperationID: id, Method: method, Path: path, Tags: []string{tagEvent}, Summary: zh, Description: en,
			Errors: errors}, RoleHolder)
	}
	const all, one = "/api/v1/me/bundles", "/api/v1/me/bundles/{bundleId}"
	found, conflict := http.StatusNotFound, http.StatusConflict
	begin := op("beginEvent", http.MethodPost, all, "申请一件事",
		"Begin one application for all matters of a life event.", found, conflict)
	begin.DefaultStatus = http.StatusCreated
	huma.Register(api, begin, d.beginBundle)
	huma.Register(api, op("listMyBundles", http.MethodGet, all, "我的一件事", "Applications for life events, the newest first."), d.listBundles)
	huma.Register(api, op("getMyBundle", http.MethodGet, one, "一件事进度",
		"One application for a life event: its form, and the course of each matter. Files are handed in with the single applications.", found), d.getBundle)
	huma.Register(api, op("saveMyBundle", http.MethodPut, one+"/form", "保存一件事表单",
		"Save what is written so far; a value goes to every matter that asks for it.", found, conflict), d.saveBundle)
	huma.Register(api, op("submitMyBundle", http.MethodPost, one+"/submit", "提交一件事",
		"Hand all in at once. What needs the result of an earlier matter waits for it and then goes to its unit by itself.", found, conflict), d.handInBundle)
	huma.Register(api, op("withdrawMyBundle", http.MethodPost, one+"/withdraw", "撤回一件事",
		"Take back all that is not decided yet.", found, conflict), d.withdrawBundle)
}

// registerHall registers what applicants do from home.
func registerHall(api huma.API, d Deps) {
	for _, register := range []func(huma.API, Deps){registerApply, registerEvent, registerBundle, registerNotice} {
		register(api, d)
	}
}
