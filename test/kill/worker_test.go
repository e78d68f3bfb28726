package kill_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"

	"github.com/yinxin-org/yinxin/internal/demo"
	"github.com/yinxin-org/yinxin/verify"
)

// course is one matter with the people who work on it.
type course struct {
	matter string
	office string         // prefix of the logins of clerk, approver and reviewer
	holder string         // applicant, and holder of what comes out
	party  string         // representative, by cast key; may be empty
	lender map[int]string // whose license each material is, by login
}

var courses = []course{
	{"11350102YX0100017G4350131901001", "gl-scjg", "food-firm", "owner", map[int]string{1: "food-firm", 2: "owner"}},
	{"11350102YX010004114350123903001", "gl-wjj", "tea-firm", "baker", map[int]string{1: "tea-firm", 2: "baker"}},
	{"11350102YX0100084E4352014911001", "gl-rsj", "student", "", map[int]string{1: "student"}},
	{"11350102YX0100017G4350131901001", "gl-scjg", "food-firm", "owner", map[int]string{1: "food-firm", 2: "owner"}},
}

// worker plays everybody in one course and takes cases from opening to checking, one after the other. When the
// server dies under it, it goes on with the same case afterwards, from what the platform says of it.
type worker struct {
	course
	city    *demo.City
	journal *journal
	rnd     *rand.Rand
	trust   verify.Options

	clerk, approver, reviewer, owner, verifier *session

	key    string // of the case at hand; "" when there is none
	caseNo string
	read   bool
	done   int // cases brought to their end
}

func (w *worker) signIn(ctx context.Context, s *server, passwords map[string]string) error {
	for login, into := range map[string]**session{w.office + "-clerk": &w.clerk, w.office + "-approver": &w.approver,
		w.office + "-reviewer": &w.reviewer, w.holder: &w.owner, "hotel-verifier": &w.verifier} {
		u, err := signIn(ctx, s, login, passwords[login])
		if err != nil {
			return fmt.Errorf("sign %s in: %w", login, err)
		}
		*into = u
	}
	return nil
}

// forget drops connections to a server that is no more.
func (w *worker) forget() {
	for _, u := range []*session{w.clerk, w.approver, w.reviewer, w.owner, w.verifier} {
		u.http.CloseIdleConnections()
	}
}

// work goes on until the server dies or ctx ends; an error is one that no crash explains.
func (w *worker) work(ctx context.Context) error {
	for ctx.Err() == nil {
		err := w.step(ctx)
		switch {
		case err == nil:
		case errors.Is(err, errCut), ctx.Err() != nil:
			return nil //nolint:nilerr // that the server dies is what this test is about
		default:
			return fmt.Errorf("%s, case %s: %w", w.office, w.caseNo, err)
		}
	}
	return nil
}

// step does the next thing.
func (w *worker) step(ctx context.Context) error {
	if w.caseNo == "" {
		return w.open(ctx)
	}
	var c detail
	if err := w.clerk.call(ctx, http.MethodGet, w.path(), nil, &c); err != nil {
		return err
	}
	switch {
	case c.State == "closed":
		return w.finish(ctx, c)
	case c.Stage == "accept" && !w.read:
		return w.lend(ctx, c)
	case c.Stage == "accept":
		return w.accept(ctx, c)
	case c.Stage == "decide":
		return w.decide(ctx)
	default:
		return w.review(ctx, c)
	}
}

func (w *worker) path() string { return "/api/v1/cases/" + w.caseNo }

// open opens the next case. After a crash the same key is used again: there must not be two cases.
func (w *worker) open(ctx context.Context) error {
	if w.key == "" {
		w.key, w.read = fmt.Sprintf("kill-%016x", w.rnd.Uint64()), false
	}
	body := map[string]any{"matterCode": w.matter, "idempotencyKey": w.key}
	applicant, _ := w.city.Cast(w.holder)
	body["applicant"] = map[string]string{"code": applicant.Code}
	if w.party != "" {
		rep, _ := w.city.Cast(w.party)
		body["representative"] = map[string]string{"code": rep.Code}
	}
	var c detail
	err := w.clerk.call(ctx, http.MethodPost, "/api/v1/cases", body, &c)
	if refused(err, "conflict") {
		return nil // the answer to the first try is still on its way: once more
	}
	if err != nil {
		return err
	}
	w.caseNo = c.CaseNo
	w.journal.opened(w.key, keyFact{login: w.clerk.login, body: body, caseNo: c.CaseNo})
	w.journal.try(c.CaseNo, w.clerk.login, "open")
	w.journal.success(c.CaseNo, w.clerk.login, "open", c.Version)
	for _, m := range c.Materials {
		if m.Status == "lent" {
			w.journal.record(m.RecordNo, w.lender[m.Seq])
		}
	}
	return nil
}

// lend reads a material's fields and its annotated copy.
func (w *worker) lend(ctx context.Context, c detail) error {
	seq := 1 + w.rnd.IntN(len(w.lender))
	for _, m := range c.Materials {
		if m.Seq == seq && m.Status != "lent" {
			return fmt.Errorf("material %d is %s", seq, m.Status)
		}
	}
	began := w.journal.dataBegan(w.caseNo, w.clerk.login)
	var lent struct {
		CopyURL  string `json:"copyUrl"`
		RecordNo string `json:"recordNo"`
	}
	answer, err := w.clerk.send(ctx, http.MethodPost, fmt.Sprintf("%s/materials/%d/read", w.path(), seq), nil, began)
	if err != nil {
		return err
	}
	if err := decode(answer, &lent); err != nil {
		return err
	}
	w.journal.record(lent.RecordNo, w.lender[seq])
	file, err := w.clerk.send(ctx, http.MethodGet, lent.CopyURL, nil, began)
	if err != nil {
		return err
	}
	if r := verify.File(file, w.trust); r.Verdict != verify.Valid || r.Copy == nil || r.Copy.Case != w.caseNo {
		return fmt.Errorf("the annotated copy is %s: %v", r.Verdict, r.Causes)
	}
	w.read = true
	return nil
}

// accept fills the form, takes what is on paper and submits.
func (w *worker) accept(ctx context.Context, c detail) error {
	values := map[string]string{}
	for _, f := range c.Form {
		switch {
		case f.FromSeq > 0 || f.Value != "":
		case len(f.Options) > 0:
			values[f.Name] = f.Options[0].Value
		default:
			values[f.Name] = "演示内容"
		}
	}
	if len(values) > 0 {
		var after detail
		if err := w.clerk.call(ctx, http.MethodPut, w.path()+"/form", map[string]any{"version": c.Version, "values": values}, &after); err != nil {
			return err
		}
		c.Version = after.Version
	}
	for _, m := range c.Materials {
		if m.Status == "plain" && m.Required {
			body := map[string]string{"reason": "没有对应的电子证照，收原件核对"}
			if err := w.act(ctx, w.clerk, "paper", fmt.Sprintf("/materials/%d/paper", m.Seq), body, &c); err != nil {
				return err
			}
		}
	}
	return w.act(ctx, w.clerk, "submit", "/submit", map[string]any{"version": c.Version, "opinion": "材料齐全"}, &c)
}

// act changes the case and notes it: tried before, done when the answer is there.
func (w *worker) act(ctx context.Context, u *session, action, path string, in any, c *detail) error {
	w.journal.try(w.caseNo, w.clerk.login, action)
	if err := u.call(ctx, http.MethodPost, w.path()+path, in, c); err != nil {
		return err
	}
	w.journal.success(w.caseNo, w.clerk.login, action, c.Version)
	return nil
}

func (w *worker) decide(ctx context.Context) error {
	var c detail
	if err := w.approver.call(ctx, http.MethodGet, w.path(), nil, &c); err != nil {
		return err
	}
	if !c.Mine {
		return w.act(ctx, w.approver, "take", "/take", map[string]any{"version": c.Version}, &c)
	}
	body := map[string]any{"version": c.Version, "outcome": "approve", "opinion": "予以许可"}
	return w.act(ctx, w.approver, "approve", "/decision", body, &c)
}

// review lets the second person look and publish; one time in six, refuse.
func (w *worker) review(ctx context.Context, c detail) error {
	if c.Result == nil {
		return errors.New("a case in making has no license")
	}
	if c.Result.Step != "sealed" {
		pause(ctx, 0) // decided before the crash; it is being made anew
		return nil
	}
	path := "/api/v1/makings/" + c.Result.LicenseID
	var m struct {
		RecordNo string `json:"recordNo"`
	}
	if err := w.reviewer.call(ctx, http.MethodGet, path, nil, &m); err != nil {
		return err
	}
	w.journal.record(m.RecordNo, w.holder)
	body, action := map[string]string{"outcome": "publish"}, "publish"
	if w.rnd.IntN(6) == 0 {
		body, action = map[string]string{"outcome": "refuse", "opinion": "重做"}, "void"
	}
	w.journal.try(w.caseNo, w.clerk.login, action)
	if err := w.reviewer.call(ctx, http.MethodPost, path+"/review", body, nil); err != nil {
		return err
	}
	w.journal.success(w.caseNo, w.clerk.login, action, 0)
	if action == "publish" {
		w.journal.published(c.Result.LicenseID, w.holder)
	}
	return nil
}

// finish lets the holder look at the license and show it, and a verifier check it.
func (w *worker) finish(ctx context.Context, c detail) error {
	id := c.Result.LicenseID
	w.journal.published(id, w.holder)
	var l held
	if err := w.owner.call(ctx, http.MethodGet, "/api/v1/me/licenses/"+id, nil, &l); err != nil {
		return err
	}
	w.journal.record(l.RecordNo, w.holder)
	var p struct {
		ID  string `json:"id"`
		URL string `json:"url"`
	}
	if err := w.owner.call(ctx, http.MethodPost, "/api/v1/me/licenses/"+id+"/presentations", map[string]any{}, &p); err != nil {
		return err
	}
	token := p.URL[strings.LastIndexByte(p.URL, '/')+1:]
	var v struct {
		Verdict  string `json:"verdict"`
		RecordNo string `json:"recordNo"`
	}
	if err := w.verifier.call(ctx, http.MethodPost, "/api/v1/presentations/"+token+"/check", map[string]string{}, &v); err != nil {
		return err
	}
	if v.Verdict != "valid" {
		return fmt.Errorf("a published license is %s", v.Verdict)
	}
	w.journal.checked(p.ID, w.holder, v.RecordNo)
	w.key, w.caseNo = "", ""
	w.done++
	return nil
}
