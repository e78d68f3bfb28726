package demo

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/yinxin-org/yinxin/ofd"
	"github.com/yinxin-org/yinxin/verify"
)

// Flow is the life of one license, end to end, through the interface a browser uses.
type Flow struct {
	server    *Server
	out       io.Writer // one JSON line a step
	dir       string    // where files are left
	passwords map[string]string

	caseNo    string
	version   int64
	licenseID string // the result
	useNo     string // 存证编号 of the case's use of the business license
	showURL   string
	license   []byte
	annotated []byte
}

// step is one thing that must go right; note is printed with it.
type step struct {
	name string
	do   func(ctx context.Context) (note any, err error)
}

// Once runs the whole flow, prints one JSON line a step and leaves the files of it in dir. It stops at the
// first step that fails.
func Once(ctx context.Context, s *Server, dir string, out io.Writer) error {
	passwords, err := Passwords(s.Data)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	f := &Flow{server: s, out: out, dir: dir, passwords: passwords}
	steps := []step{
		{"open case, licenses fetched by themselves", f.open},
		{"read a lent license, keep the annotated copy", f.read},
		{"use token works once", f.tokenOnce},
		{"fill form, accept plain materials, submit", f.submit},
		{"clerk without the case is refused, recorded", f.refused},
		{"approver takes the case and approves", f.approve},
		{"second person reviews and publishes", f.review},
		{"holder sees the license", f.hold},
		{"holder shows it by QR, opening consumes nothing", f.show},
		{"verifier checks it once", f.check},
		{"holder sees who used it, with proof", f.prove},
		{"holder proves that paper is not needed, by files", f.refusePaper},
		{"a file of every type the cast holds is valid", f.samples},
		{"license file is valid", f.verifyLicense},
		{"annotated copy is valid for its purpose only", f.verifyCopy},
		{"one changed byte makes it invalid", f.tamper},
	}
	for _, st := range steps {
		note, err := st.do(ctx)
		line := map[string]any{"step": st.name, "ok": err == nil}
		if err != nil {
			line["error"] = err.Error()
		} else if note != nil {
			line["note"] = note
		}
		b, encErr := json.Marshal(line)
		if encErr != nil {
			return encErr
		}
		if _, writeErr := fmt.Fprintln(out, string(b)); writeErr != nil {
			return writeErr
		}
		if err != nil {
			return fmt.Errorf("step %q: %w", st.name, err)
		}
	}
	return nil
}

func (f *Flow) as(ctx context.Context, login string) (*user, error) {
	return signIn(ctx, f.server.BaseURL, login, f.passwords[login])
}

func (f *Flow) keep(name string, data []byte) error {
	return os.WriteFile(filepath.Join(f.dir, name), data, 0o600)
}

// caseDetail is the part of a case that the flow looks at.
type caseDetail struct {
	CaseNo    string `json:"caseNo"`
	Version   int64  `json:"version"`
	Stage     string `json:"stage"`
	State     string `json:"state"`
	Materials []struct {
		Seq      int    `json:"seq"`
		Name     string `json:"name"`
		Status   string `json:"status"`
		RecordNo string `json:"recordNo"`
		Required bool   `json:"required"`
	} `json:"materials"`
	Form []struct {
		Name     string `json:"name"`
		Type     string `json:"type"`
		Value    string `json:"value"`
		Required bool   `json:"required"`
		FromSeq  int    `json:"fromSeq"`
		Options  []struct {
			Value string `json:"value"`
		} `json:"options"`
	} `json:"form"`
	Result *struct {
		LicenseID string `json:"licenseId"`
		Step      string `json:"step"`
	} `json:"result"`
}

const (
	clerkLogin    = "gl-scjg-clerk"
	otherClerk    = "tj-scjg-clerk"
	approverLogin = "gl-scjg-approver"
	reviewerLogin = "gl-scjg-reviewer"
	holderLogin   = "food-firm"
	verifierLogin = "hotel-verifier"
	foodMatter    = "11350102YX0100017G4350131901001"
)

func (f *Flow) open(ctx context.Context) (any, error) {
	u, err := f.as(ctx, clerkLogin)
	if err != nil {
		return nil, err
	}
	city, err := Load(Seed, time.Now())
	if err != nil {
		return nil, err
	}
	firm, _ := city.Cast("food-firm")
	in := map[string]any{"matterCode": foodMatter, "applicant": map[string]string{"code": firm.Code},
		"representative": map[string]string{"code": firm.Representative}, "idempotencyKey": fmt.Sprintf("once-%d", time.Now().UnixNano())}
	var c, again caseDetail
	if err := u.call(ctx, http.MethodPost, "/api/v1/cases", in, &c); err != nil {
		return nil, err
	}
	if err := u.call(ctx, http.MethodPost, "/api/v1/cases", in, &again); err != nil {
		return nil, err
	}
	if again.CaseNo != c.CaseNo {
		return nil, errors.New("the same request key opened a second case")
	}
	f.caseNo, f.version = again.CaseNo, again.Version
	lent := 0
	for _, m := range again.Materials {
		if m.Status == "lent" {
			lent++
			if f.useNo == "" {
				f.useNo = m.RecordNo
			}
		}
	}
	if lent != 2 {
		return nil, fmt.Errorf("%d licenses were fetched, want 2", lent)
	}
	return map[string]any{"caseNo": f.caseNo, "fetched": lent}, nil
}

func (f *Flow) read(ctx context.Context) (any, error) {
	u, err := f.as(ctx, clerkLogin)
	if err != nil {
		return nil, err
	}
	var lent struct {
		Fields []struct {
			Name string `json:"name"`
		} `json:"fields"`
		CopyURL  string `json:"copyUrl"`
		RecordNo string `json:"recordNo"`
	}
	if err := u.call(ctx, http.MethodPost, "/api/v1/cases/"+f.caseNo+"/materials/1/read", nil, &lent); err != nil {
		return nil, err
	}
	if f.annotated, err = u.send(ctx, http.MethodGet, lent.CopyURL, "", nil); err != nil {
		return nil, err
	}
	f.useNo = lent.RecordNo
	return map[string]any{"fields": len(lent.Fields), "recordNo": lent.RecordNo}, f.keep("annotated.ofd", f.annotated)
}

func (f *Flow) tokenOnce(ctx context.Context) (any, error) {
	u, err := f.as(ctx, clerkLogin)
	if err != nil {
		return nil, err
	}
	var t struct {
		Token string `json:"token"`
	}
	if err := u.call(ctx, http.MethodPost, "/api/v1/cases/"+f.caseNo+"/materials/2/token", nil, &t); err != nil {
		return nil, err
	}
	if err := u.call(ctx, http.MethodPost, "/api/v1/uses", t, nil); err != nil {
		return nil, err
	}
	return nil, expect(u.call(ctx, http.MethodPost, "/api/v1/uses", t, nil), "access.token")
}

// expect turns the wanted refusal into success and anything else into an error.
func expect(err error, code string) error {
	p, ok := errors.AsType[*problem](err)
	if !ok || p.Code != code {
		return fmt.Errorf("want refusal %s, got %w", code, err)
	}
	return nil
}

func (f *Flow) submit(ctx context.Context) (any, error) {
	u, err := f.as(ctx, clerkLogin)
	if err != nil {
		return nil, err
	}
	path := "/api/v1/cases/" + f.caseNo
	var c caseDetail
	if err := u.call(ctx, http.MethodGet, path, nil, &c); err != nil {
		return nil, err
	}
	filled := 0
	values := map[string]string{}
	for _, x := range c.Form {
		switch {
		case x.FromSeq > 0:
			filled++
		case len(x.Options) > 0:
			values[x.Name] = x.Options[0].Value
		case x.Type == "date":
			values[x.Name] = "2026-12-01"
		case x.Type == "number":
			values[x.Name] = "120"
		default:
			values[x.Name] = "热食类食品制售"
		}
	}
	if err := u.call(ctx, http.MethodPut, path+"/form", map[string]any{"version": c.Version, "values": values}, &c); err != nil {
		return nil, err
	}
	for _, m := range c.Materials {
		if m.Status == "plain" && m.Required {
			body := map[string]string{"reason": "没有对应的电子证照，收原件核对"}
			if err := u.call(ctx, http.MethodPost, fmt.Sprintf("%s/materials/%d/paper", path, m.Seq), body, &c); err != nil {
				return nil, err
			}
		}
	}
	body := map[string]any{"version": c.Version, "opinion": "材料齐全，符合受理条件。"}
	if err := u.call(ctx, http.MethodPost, path+"/submit", body, &c); err != nil {
		return nil, err
	}
	f.version = c.Version
	return map[string]any{"filledFromLicenses": filled, "stage": c.Stage}, nil
}

func (f *Flow) refused(ctx context.Context) (any, error) {
	u, err := f.as(ctx, otherClerk)
	if err != nil {
		return nil, err
	}
	err = u.call(ctx, http.MethodPost, "/api/v1/cases/"+f.caseNo+"/materials/1/read", nil, nil)
	return nil, expect(err, "access.case.unit")
}

func (f *Flow) approve(ctx context.Context) (any, error) {
	u, err := f.as(ctx, approverLogin)
	if err != nil {
		return nil, err
	}
	path := "/api/v1/cases/" + f.caseNo
	var c caseDetail
	if err := u.call(ctx, http.MethodPost, path+"/take", map[string]any{"version": f.version}, &c); err != nil {
		return nil, err
	}
	body := map[string]any{"version": c.Version, "outcome": "approve", "opinion": "符合许可条件，予以许可。"}
	if err := u.call(ctx, http.MethodPost, path+"/decision", body, &c); err != nil {
		return nil, err
	}
	if c.Result == nil || c.Result.Step != "sealed" || c.State != "open" {
		return nil, fmt.Errorf("after approval the case is %s at %s", c.State, c.Stage)
	}
	f.licenseID = c.Result.LicenseID
	return map[string]any{"licenseId": f.licenseID, "step": c.Result.Step}, nil
}

func (f *Flow) review(ctx context.Context) (any, error) {
	u, err := f.as(ctx, reviewerLogin)
	if err != nil {
		return nil, err
	}
	path := "/api/v1/makings/" + f.licenseID
	if err := u.call(ctx, http.MethodGet, path, nil, nil); err != nil {
		return nil, err
	}
	var m struct {
		Step string `json:"step"`
	}
	if err := u.call(ctx, http.MethodPost, path+"/review", map[string]string{"outcome": "publish"}, &m); err != nil {
		return nil, err
	}
	var c caseDetail
	if err := u.call(ctx, http.MethodGet, "/api/v1/cases/"+f.caseNo, nil, &c); err != nil {
		return nil, err
	}
	if m.Step != "published" || c.State != "closed" {
		return nil, fmt.Errorf("license %s, case %s", m.Step, c.State)
	}
	return map[string]any{"step": m.Step, "case": c.State}, nil
}

func (f *Flow) hold(ctx context.Context) (any, error) {
	u, err := f.as(ctx, holderLogin)
	if err != nil {
		return nil, err
	}
	path := "/api/v1/me/licenses/" + f.licenseID
	var l struct {
		State      string `json:"state"`
		Identifier string `json:"identifier"`
	}
	if err := u.call(ctx, http.MethodGet, path, nil, &l); err != nil {
		return nil, err
	}
	picture, err := u.send(ctx, http.MethodGet, path+"/preview", "", nil)
	if err != nil {
		return nil, err
	}
	if f.license, err = u.send(ctx, http.MethodGet, path+"/file", "", nil); err != nil {
		return nil, err
	}
	if l.State != "valid" || !bytes.HasPrefix(bytes.TrimSpace(picture), []byte("<")) {
		return nil, fmt.Errorf("the license is %s", l.State)
	}
	return l, errors.Join(f.keep("license.ofd", f.license), f.keep("license.svg", picture), export(f.server.App, f.dir))
}

func (f *Flow) show(ctx context.Context) (any, error) {
	u, err := f.as(ctx, holderLogin)
	if err != nil {
		return nil, err
	}
	var p struct {
		URL     string `json:"url"`
		Seconds int    `json:"seconds"`
	}
	if err := u.call(ctx, http.MethodPost, "/api/v1/me/licenses/"+f.licenseID+"/presentations", map[string]any{}, &p); err != nil {
		return nil, err
	}
	f.showURL = p.URL
	stranger, err := newUser(f.server.BaseURL)
	if err != nil {
		return nil, err
	}
	for range 2 {
		if _, err := stranger.send(ctx, http.MethodGet, strings.TrimPrefix(p.URL, f.server.BaseURL), "", nil); err != nil {
			return nil, err
		}
	}
	return map[string]any{"seconds": p.Seconds}, nil
}

func (f *Flow) check(ctx context.Context) (any, error) {
	u, err := f.as(ctx, verifierLogin)
	if err != nil {
		return nil, err
	}
	token := f.showURL[strings.LastIndexByte(f.showURL, '/')+1:]
	var v struct {
		Verdict  string `json:"verdict"`
		RecordNo string `json:"recordNo"`
	}
	path := "/api/v1/presentations/" + token + "/check"
	if err := u.call(ctx, http.MethodPost, path, map[string]string{"purpose": "核对经营资格"}, &v); err != nil {
		return nil, err
	}
	if v.Verdict != "valid" {
		return nil, fmt.Errorf("the verdict is %s", v.Verdict)
	}
	return v, expect(u.call(ctx, http.MethodPost, path, map[string]string{}, nil), "present.used")
}

func (f *Flow) prove(ctx context.Context) (any, error) {
	u, err := f.as(ctx, holderLogin)
	if err != nil {
		return nil, err
	}
	var uses struct {
		Items []struct {
			RecordNo string `json:"recordNo"`
			Ground   string `json:"ground"`
			Result   string `json:"result"`
		} `json:"items"`
	}
	if err := u.call(ctx, http.MethodGet, "/api/v1/me/uses", nil, &uses); err != nil {
		return nil, err
	}
	seen := map[string]bool{}
	for _, x := range uses.Items {
		seen[x.Ground+" "+x.Result] = true
		seen[x.RecordNo] = true
	}
	for _, want := range []string{"case given", "case refused", "presentation given", "presentation refused", f.useNo} {
		if !seen[want] {
			return nil, fmt.Errorf("the holder does not see %s", want)
		}
	}
	r, err := f.evidence(ctx, u, f.useNo, "")
	if err != nil {
		return nil, err
	}
	return map[string]any{"uses": len(uses.Items), "no": r.No, "index": r.Index, "size": r.Size}, nil
}

// evidence keeps the receipt and the proof of a record, under names that begin with prefix, and checks them.
func (f *Flow) evidence(ctx context.Context, u *user, no, prefix string) (verify.LogReport, error) {
	path := "/api/v1/me/uses/" + no
	receipt, err := u.send(ctx, http.MethodGet, path+"/receipt", "", nil)
	if err != nil {
		return verify.LogReport{}, err
	}
	proof, err := f.awaitProof(ctx, u, path+"/proof")
	if err != nil {
		return verify.LogReport{}, err
	}
	pub, err := u.send(ctx, http.MethodGet, "/log/log.pub", "", nil)
	if err != nil {
		return verify.LogReport{}, err
	}
	r := verify.Log(pub, receipt, proof)
	if r.Verdict != verify.LogValid {
		return r, fmt.Errorf("the proof does not hold: %v", r.Causes)
	}
	return r, errors.Join(f.keep(prefix+"receipt.json", receipt), f.keep(prefix+"proof.json", proof), f.keep("log.pub", pub))
}

// awaitProof asks until the record is integrated, which takes about a second.
func (f *Flow) awaitProof(ctx context.Context, u *user, path string) ([]byte, error) {
	for range 150 {
		proof, err := u.send(ctx, http.MethodGet, path, "", nil)
		if expect(err, "evidence.pending") != nil {
			return proof, err
		}
		select {
		case <-time.After(100 * time.Millisecond):
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	return nil, errors.New("the record was not integrated in 15 seconds")
}

func (f *Flow) verifyLicense(context.Context) (any, error) {
	r := f.server.App.VerifyFile(f.license)
	if r.Verdict != verify.Valid || r.Copy != nil {
		return nil, fmt.Errorf("verdict %s: %v", r.Verdict, r.Causes)
	}
	return map[string]any{"seals": len(r.Seals), "covered": r.Coverage.Covered}, nil
}

func (f *Flow) verifyCopy(context.Context) (any, error) {
	r := f.server.App.VerifyFile(f.annotated)
	if r.Verdict != verify.Valid || r.Copy == nil || r.Copy.Case != f.caseNo {
		return nil, fmt.Errorf("verdict %s: %v", r.Verdict, r.Causes)
	}
	return map[string]any{"purpose": r.Copy.Purpose, "expires": r.Copy.Expires}, nil
}

func (f *Flow) tamper(context.Context) (any, error) {
	p, err := ofd.Read(f.license, ofd.Limits{})
	if err != nil {
		return nil, err
	}
	const page = "Doc_0/Pages/Page_0/Content.xml"
	content, ok := p.Entry(page)
	if !ok {
		return nil, errors.New("the file has no page content")
	}
	changed := bytes.Clone(content)
	i := bytes.LastIndexByte(changed, '0')
	changed[i] = '1'
	if err := p.Put(page, changed); err != nil {
		return nil, err
	}
	file, err := p.Bytes()
	if err != nil {
		return nil, err
	}
	r := f.server.App.VerifyFile(file)
	if r.Verdict != verify.Invalid || len(r.Causes) == 0 {
		return nil, fmt.Errorf("a changed file is %s", r.Verdict)
	}
	return map[string]any{"cause": r.Causes[0].Code}, nil
}
