package httpapi_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/db/dbtest"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/internal/matter"
	"github.com/yinxin-org/yinxin/internal/present"
)

// bad is a request that must be refused.
type bad struct {
	name, login, method, path string
	body                      any
	status                    int
	code                      string
	field, rule               string // of the one field to blame, where there is one; rule is code if empty
	secret                    string // what was sent and must not come back
}

// TestBadInput sends what must be refused, as those who might send it, and requires of each refusal its stable
// code, its words in both languages, the field and the rule but never the value, and that nothing changed.
func TestBadInput(t *testing.T) {
	t.Parallel()
	dbtest.EachURL(t, func(t *testing.T, url string) {
		s := newScene(t, url)
		before := s.state(t)
		for group, list := range map[string][]bad{
			"open case": s.opening(t), "case": s.casework(), "form": s.forms(), "decision": s.decisions(), "license": s.licenses(t),
			"presentation": s.presentations(),
		} {
			t.Run(group, func(t *testing.T) {
				for _, b := range list {
					t.Run(b.name, func(t *testing.T) {
						s.refuse(t, b)
						s.unchanged(t, before)
					})
				}
			})
		}
		t.Run("every operation", s.everyOperation)
		t.Run("broken files", s.brokenFiles)
		t.Run("good input afterwards", s.goodInput)
	})
}

// refuse sends a bad request and looks at the problem that comes back.
func (c *city) refuse(t *testing.T, b bad) {
	t.Helper()
	a := c.as(t, b.login).do(b.method, b.path, b.body)
	p := a.problem(t)
	if p.Status != b.status || p.Code != b.code {
		t.Errorf("%d %s, want %d %s: %s", p.Status, p.Code, b.status, b.code, a.body)
	}
	if !errs.Known(p.Code) || p.Detail != p.Zh {
		t.Errorf("code %s is not in the table of words, or the detail %q is not the Chinese text", p.Code, p.Detail)
	}
	bilingual(t, p.Code, p.Zh, p.En)
	for _, f := range p.Errors {
		bilingual(t, f.Code, f.Zh, f.En)
	}
	rule := b.rule
	if rule == "" {
		rule = b.code
	}
	if b.field == "" && len(p.Errors) > 0 || b.field != "" && (len(p.Errors) != 1 || p.Errors[0].Field != b.field || p.Errors[0].Code != rule) {
		t.Errorf("errors %+v, want %s on %q", p.Errors, rule, b.field)
	}
	if b.secret != "" && (strings.Contains(a.body, b.secret) || strings.Contains(c.Log.String(), b.secret)) {
		t.Errorf("the answer or the log repeats the value: %s", a.body)
	}
}

var (
	han      = regexp.MustCompile(`\p{Han}`)
	citation = regexp.MustCompile(`\p{Han}+〔[0-9]{4}〕[0-9]+号`)
	unfilled = regexp.MustCompile(`\{[A-Za-z]+\}`)
)

// bilingual requires words in both languages, with all their arguments. English words hold no Chinese but the
// names of acts, and of materials where they are listed.
func bilingual(t *testing.T, code, zh, en string) {
	t.Helper()
	if !han.MatchString(zh) || en == "" || unfilled.MatchString(zh+en) {
		t.Errorf("%s: words %q and %q", code, zh, en)
	}
	if code != "case.incomplete" && han.MatchString(citation.ReplaceAllString(en, "")) {
		t.Errorf("%s: the English words hold Chinese: %q", code, en)
	}
}

// scene is a city in which much has happened already.
type scene struct {
	*city
	accept, decide, own, closed, firm, site file // cases
	making                                  string
	token                                   string // redeemed
	used, expired, ended, live              string // codes
	stranger                                string // somebody else's presentation
}

func newScene(t *testing.T, url string) *scene {
	t.Helper()
	s := &scene{city: newCity(t, url)}
	s.Write(t, func(tx *db.Tx) error {
		return s.App.Matters.Put(t.Context(), tx, matter.Matter{Code: lonelyMatter, Unit: unitID, Level: 4, Days: 1, Item: matter.Item{
			Name: "试验事项", NameEn: "Test", HolderKind: "legal", StatutoryDays: 1, Materials: []matter.Material{{Seq: 1, Name: "未发布的证照",
				Bound: matter.Bound{Bindings: []matter.Binding{{Type: "11350000YX0000016Q999"}}, Party: matter.Applicant, Stages: []matter.Stage{matter.Accept}}}}}})
	})
	groomCard := s.License(t, "groom", "identity-card").ID
	s.expired, _ = s.show(t, "groom", groomCard)
	s.pass(present.Life)

	s.accept = s.open(t, clerk, foodMatter, "food-firm", "owner", "scene-accept")
	s.closed = s.decide2(t, s.open(t, clerk, foodMatter, "pharmacy", "chemist", "scene-closed"), approver, "refuse")
	s.own = s.submit(t, threefold, s.open(t, threefold, foodMatter, "hotel", "hotelier", "scene-own"))
	s.decide = s.submit(t, clerk, s.open(t, clerk, foodMatter, "builder-firm", "developer", "scene-decide"))
	s.making = s.decide2(t, s.open(t, clerk, foodMatter, "freight-firm", "carrier", "scene-making"), threefold, "approve").Result.LicenseID
	s.firm = s.open(t, clerk, firmMatter, "new-firm", "newcomer", "scene-firm")
	s.site = s.open(t, "fz-cjj-clerk", siteMatter, "builder-firm", "developer", "scene-site")

	var token struct{ Token string }
	s.as(t, clerk).must("POST", "/api/v1/cases/"+s.accept.CaseNo+"/materials/2/token", nil, &token)
	s.token = token.Token
	s.as(t, clerk).must("POST", "/api/v1/uses", m{"token": s.token}, nil)

	s.used, _ = s.show(t, "groom", groomCard)
	s.as(t, "").must("POST", "/api/v1/presentations/"+s.used+"/check", m{}, nil)
	var id string
	s.ended, id = s.show(t, "groom", groomCard)
	s.as(t, "groom").must("DELETE", "/api/v1/me/presentations/"+id, nil, nil)
	s.live, s.stranger = s.show(t, "groom", groomCard)
	return s
}

// decide2 brings a case from its opening to a decision.
func (s *scene) decide2(t *testing.T, f file, by, outcome string) file {
	t.Helper()
	return s.city.decide(t, by, s.submit(t, clerk, f), outcome)
}

// opening are bad requests to open a case: the good one with one thing changed.
func (s *scene) opening(t *testing.T) []bad {
	firm, owner := s.Cast(t, "food-firm").Code, s.Cast(t, "owner").Code
	with := func(change func(b m)) m {
		b := m{"matterCode": foodMatter, "applicant": m{"code": firm}, "representative": m{"code": owner}, "idempotencyKey": "opening-0001"}
		change(b)
		return b
	}
	applicant := func(code string) m { return with(func(b m) { b["applicant"] = m{"code": code} }) }
	code := func(matter string) m { return with(func(b m) { b["matterCode"] = matter }) }
	wrongCheck := func(code string) string {
		last := byte('1')
		if code[17] == last {
			last = '2'
		}
		return code[:17] + string(last)
	}
	noSuchDay := owner[:6] + "19880231" + owner[14:]
	list := []bad{
		{name: "unknown field", body: with(func(b m) { b["idCard"] = owner }), status: 422, code: "body.invalid", field: "idCard", rule: "field.unknown", secret: owner},
		{name: "unknown field inside", body: with(func(b m) { b["applicant"] = m{"code": firm, "phone": owner} }), status: 422, code: "body.invalid", field: "applicant.phone", rule: "field.unknown", secret: owner},
		{name: "value as field", body: with(func(b m) { b[owner] = 1 }), status: 422, code: "body.invalid", field: "*", rule: "field.unknown", secret: owner},
		{name: "wrong type", body: with(func(b m) { b["applicant"] = owner }), status: 422, code: "body.invalid", field: "applicant", rule: "field.type", secret: owner},
		{name: "list for text", body: with(func(b m) { b["applicant"] = m{"code": []string{owner}} }), status: 422, code: "body.invalid", field: "applicant.code", rule: "field.type", secret: owner},
		{name: "field missing", body: with(func(b m) { delete(b, "applicant") }), status: 422, code: "body.invalid", field: "applicant", rule: "field.required"},
		{name: "key with spaces", body: with(func(b m) { b["idempotencyKey"] = "a b c d e f" }), status: 422, code: "body.invalid", field: "idempotencyKey", rule: "field.format"},
		{name: "credit code with a wrong check character", body: applicant(wrongCheck(firm)), status: 422, code: "code.uscc", field: "applicant.code", secret: wrongCheck(firm)},
		{name: "citizen number with a wrong check character", body: applicant(wrongCheck(owner)), status: 422, code: "code.citizen", field: "applicant.code", secret: wrongCheck(owner)},
		{name: "citizen number of no day", body: with(func(b m) { b["representative"] = m{"code": noSuchDay} }), status: 422, code: "code.citizen", field: "representative.code", secret: noSuchDay},
		{name: "no code at all", body: applicant("13800138000"), status: 422, code: "code.holder", field: "applicant.code", secret: "13800138000"},
		{name: "matter code too short", body: code(foodMatter[:30]), status: 422, code: "code.matter", field: "matterCode", secret: foodMatter[:30]},
		{name: "matter code of no unit", body: code("1" + foodMatter[:17] + foodMatter[18:]), status: 422, code: "code.matter", field: "matterCode"},
		{name: "matter code with a zero byte", body: code(foodMatter[:30] + "\x00"), status: 422, code: "code.matter", field: "matterCode"},
		{name: "unknown matter", body: code(unknownMatter), status: 404, code: "matter.unknown", secret: unknownMatter},
		{name: "matter of an unpublished type", body: code(lonelyMatter), status: 422, code: "type.unpublished", field: "matterCode"},
		{name: "matter of another unit", body: code(siteMatter), status: 403, code: "matter.not-of-unit"},
		{name: "no representative", body: with(func(b m) { delete(b, "representative") }), status: 422, code: "case.party-required", field: "representative.code"},
		{name: "person for a firm", body: applicant(owner), status: 422, code: "case.party-kind", field: "applicant.code", secret: owner},
		{name: "unknown holder without a name", body: applicant(unheardOf), status: 404, code: "case.holder-unknown", field: "applicant.code", secret: unheardOf},
		{name: "one key for two contents", body: with(func(b m) { b["idempotencyKey"], b["matterCode"] = "scene-accept", firmMatter }), status: 409, code: "idempotency.reuse"},
		{name: "no body", body: nil, status: 400, code: "field.required"},
		{name: "half a body", body: `{"matterCode":"` + owner, status: 400, code: "body.syntax", secret: owner},
		{name: "two bodies", body: `{"matterCode":"x"}{"matterCode":"y"}`, status: 400, code: "body.syntax"},
	}
	for i := range list {
		list[i].login, list[i].method, list[i].path = clerk, "POST", "/api/v1/cases"
	}
	return list
}

// unheardOf is a well-formed credit code that belongs to nobody here: 鼓楼区 … 演示.
const unheardOf = "91350102YX9999997N"

// casework are bad requests about a case and its materials.
func (s *scene) casework() []bad {
	accept, closed := "/api/v1/cases/"+s.accept.CaseNo, "/api/v1/cases/"+s.closed.CaseNo
	nowhere := "/api/v1/cases/3501022026030299999999"
	const secret = "35010219880512001X"
	version := m{"version": 1}
	return []bad{
		{name: "unknown case", login: clerk, method: "GET", path: nowhere, status: 404, code: "case.unknown"},
		{name: "value as case", login: clerk, method: "GET", path: "/api/v1/cases/" + secret, status: 422, code: "body.invalid", field: "caseNo", rule: "field.format", secret: secret},
		{name: "another unit's case", login: "tj-scjg-clerk", method: "GET", path: accept, status: 404, code: "case.unknown"},
		{name: "read for an unknown case", login: clerk, method: "POST", path: nowhere + "/materials/1/read", status: 404, code: "case.unknown"},
		{name: "read for another unit's case", login: "tj-scjg-clerk", method: "POST", path: accept + "/materials/1/read", status: 403, code: "access.case.unit"},
		{name: "read for a colleague's case", login: threefold, method: "POST", path: accept + "/materials/1/read", status: 403, code: "access.case.clerk"},
		{name: "copy for a colleague's case", login: approver, method: "GET", path: accept + "/materials/1/copy", status: 403, code: "access.case.clerk"},
		{name: "picture for a closed case", login: approver, method: "GET", path: closed + "/materials/1/preview", status: 403, code: "access.case.open"},
		{name: "token for a case waiting to be taken", login: clerk, method: "POST", path: "/api/v1/cases/" + s.decide.CaseNo + "/materials/1/token", status: 403, code: "access.case.clerk"},
		{name: "read a plain material", login: clerk, method: "POST", path: accept + "/materials/3/read", status: 404, code: "case.material-unknown"},
		{name: "read material zero", login: clerk, method: "POST", path: accept + "/materials/0/read", status: 422, code: "body.invalid", field: "seq", rule: "field.range"},
		{name: "replayed use token", login: clerk, method: "POST", path: "/api/v1/uses", body: m{"token": s.token}, status: 403, code: "access.token", secret: s.token},
		{name: "used token in a colleague's hands", login: threefold, method: "POST", path: "/api/v1/uses", body: m{"token": s.token}, status: 403, code: "access.case.clerk", secret: s.token},
		{name: "invented use token", login: clerk, method: "POST", path: "/api/v1/uses", body: m{"token": secret}, status: 403, code: "access.token", secret: secret},
		{name: "paper when there is an electronic one", login: clerk, method: "POST", path: accept + "/materials/1/paper", body: m{"reason": "x"}, status: 409, code: "case.paper-not-needed"},
		{name: "paper for no material", login: clerk, method: "POST", path: accept + "/materials/9/paper", body: m{"reason": "x"}, status: 404, code: "case.material-unknown"},
		{name: "paper without a ground", login: clerk, method: "POST", path: accept + "/materials/3/paper", body: m{"reason": "  "}, status: 422, code: "field.required", field: "reason"},
		{name: "paper for a closed case", login: approver, method: "POST", path: closed + "/materials/3/paper", body: m{"reason": "x"}, status: 403, code: "denied"},
		{name: "paper for a case decided", login: threefold, method: "POST", path: closed + "/materials/3/paper", body: m{"reason": "x"}, status: 409, code: "case.closed"},
		{name: "submit without the materials", login: clerk, method: "POST", path: accept + "/submit", body: m{"version": s.accept.Version}, status: 409, code: "case.incomplete"},
		{name: "submit an older version", login: clerk, method: "POST", path: accept + "/submit", body: version, status: 409, code: "conflict"},
		{name: "submit a colleague's case", login: threefold, method: "POST", path: accept + "/submit", body: m{"version": s.accept.Version}, status: 403, code: "case.not-assigned"},
		{name: "submit twice", login: clerk, method: "POST", path: "/api/v1/cases/" + s.decide.CaseNo + "/submit", body: m{"version": s.decide.Version}, status: 409, code: "case.stage"},
		{name: "submit a closed case", login: clerk, method: "POST", path: closed + "/submit", body: m{"version": s.closed.Version}, status: 409, code: "case.closed"},
		{name: "submit another unit's case", login: "tj-scjg-clerk", method: "POST", path: accept + "/submit", body: m{"version": s.accept.Version}, status: 404, code: "case.unknown"},
		{name: "version zero", login: clerk, method: "POST", path: accept + "/submit", body: m{"version": 0}, status: 422, code: "body.invalid", field: "version", rule: "field.range"},
		{name: "version as text", login: clerk, method: "POST", path: accept + "/submit", body: m{"version": secret}, status: 422, code: "body.invalid", field: "version", rule: "field.type", secret: secret},
		{name: "unknown matter in the address", login: "", method: "GET", path: "/api/v1/matters/" + unknownMatter, status: 404, code: "matter.unknown"},
		{name: "no matter code in the address", login: "", method: "GET", path: "/api/v1/matters/%00%ff", status: 404, code: "matter.unknown"},
		{name: "unknown queue", login: clerk, method: "GET", path: "/api/v1/cases?queue=" + secret, status: 422, code: "body.invalid", field: "queue", rule: "field.option", secret: secret},
	}
}

// forms are bad values of forms. The firm's case asks for a date, the site's for a number.
func (s *scene) forms() []bad {
	const secret = "35010219880512001X"
	put := func(name, login string, f file, field, value, code, blamed string) bad {
		return bad{name: name, login: login, method: "PUT", path: "/api/v1/cases/" + f.CaseNo + "/form", status: 422, code: code, field: blamed, secret: secret,
			body: m{"version": f.Version, "values": m{field: value}}}
	}
	older := put("older version", clerk, s.accept, "items", secret, "conflict", "")
	older.body, older.status = m{"version": s.accept.Version - 1, "values": m{"items": secret}}, 409
	colleague := put("colleague's case", threefold, s.accept, "items", secret, "case.not-assigned", "")
	colleague.status = 403
	closed := put("closed case", clerk, s.closed, "items", secret, "case.closed", "")
	closed.status = 409
	stage := put("case waiting for decision", clerk, s.decide, "items", secret, "case.stage", "")
	stage.status = 409
	return []bad{
		put("unknown field", clerk, s.accept, "nickname", secret, "case.form-unknown", "nickname"),
		put("value as field", clerk, s.accept, secret, "x", "case.form-unknown", "*"),
		put("locked to a license", clerk, s.accept, "name", secret, "case.form-locked", "name"),
		put("too long", clerk, s.accept, "items", strings.Repeat(secret, 4), "field.too-long", "items"),
		put("not among the options", clerk, s.accept, "kind", secret, "field.option", "kind"),
		put("no date", clerk, s.firm, "established", secret, "field.date", "established"),
		put("no such day", clerk, s.firm, "established", "2026-02-29", "field.date", "established"),
		put("no number", "fz-cjj-clerk", s.site, "price", "1e9", "field.number", "price"),
		put("number of another script", "fz-cjj-clerk", s.site, "days", "１２", "field.number", "days"),
		older, colleague, closed, stage,
	}
}

// decisions are bad decisions and reviews.
func (s *scene) decisions() []bad {
	at := func(f file, what string) string { return "/api/v1/cases/" + f.CaseNo + "/" + what }
	decision := func(f file, outcome, opinion string) m {
		return m{"version": f.Version, "outcome": outcome, "opinion": opinion}
	}
	review := "/api/v1/makings/" + s.making
	list := []bad{
		{name: "take one's own case", login: threefold, path: at(s.own, "take"), body: m{"version": s.own.Version}, status: 403, code: "case.same-person"},
		{name: "take a case not submitted", login: approver, path: at(s.accept, "take"), body: m{"version": s.accept.Version}, status: 409, code: "case.stage"},
		{name: "take a closed case", login: approver, path: at(s.closed, "take"), body: m{"version": s.closed.Version}, status: 409, code: "case.closed"},
		{name: "take an older version", login: approver, path: at(s.decide, "take"), body: m{"version": 1}, status: 409, code: "conflict"},
		{name: "take another unit's case", login: "tj-scjg-approver", path: at(s.decide, "take"), body: m{"version": s.decide.Version}, status: 404, code: "case.unknown"},
		{name: "decide one's own case", login: threefold, path: at(s.own, "decision"), body: decision(s.own, "approve", "同意"), status: 403, code: "case.not-assigned"},
		{name: "decide what was not taken", login: approver, path: at(s.decide, "decision"), body: decision(s.decide, "approve", "同意"), status: 403, code: "case.not-assigned"},
		{name: "decide what was not submitted", login: approver, path: at(s.accept, "decision"), body: decision(s.accept, "approve", "同意"), status: 409, code: "case.stage"},
		{name: "decide twice", login: approver, path: at(s.closed, "decision"), body: decision(s.closed, "approve", "同意"), status: 409, code: "case.closed"},
		{name: "decide without an opinion", login: approver, path: at(s.decide, "decision"), body: decision(s.decide, "approve", " "), status: 422, code: "case.opinion-required", field: "opinion"},
		{name: "decide something else", login: approver, path: at(s.decide, "decision"), body: decision(s.decide, "perhaps", "同意"), status: 422, code: "body.invalid", field: "outcome", rule: "field.option"},
		{name: "opinion too long", login: approver, path: at(s.decide, "decision"), body: decision(s.decide, "approve", strings.Repeat("好", 501)), status: 422, code: "body.invalid", field: "opinion", rule: "field.too-long"},
		{name: "review one's own decision", login: threefold, path: review + "/review", body: m{"outcome": "publish"}, status: 403, code: "license.same-person"},
		{name: "refuse without an opinion", login: reviewer, path: review + "/review", body: m{"outcome": "refuse"}, status: 422, code: "case.opinion-required", field: "opinion"},
		{name: "review for another unit", login: "tj-scjg-reviewer", path: review + "/review", body: m{"outcome": "publish"}, status: 404, code: "license.unknown"},
		{name: "review nothing", login: reviewer, path: "/api/v1/makings/" + db.NewID() + "/review", body: m{"outcome": "publish"}, status: 404, code: "license.unknown"},
		{name: "review no id", login: reviewer, path: "/api/v1/makings/all/review", body: m{"outcome": "publish"}, status: 422, code: "body.invalid", field: "licenseId", rule: "field.format"},
	}
	for i := range list {
		list[i].method = "POST"
	}
	look := bad{name: "look at another unit's making", login: "tj-scjg-reviewer", method: "GET", path: review, status: 403, code: "access.issuing.task"}
	return append(list, look)
}

// licenses are bad requests of holders about licenses and records.
func (s *scene) licenses(t *testing.T) []bad {
	other := "/api/v1/me/licenses/" + s.License(t, "tea-firm", "business-license").ID
	lost := "/api/v1/me/licenses/" + s.License(t, "loser", "identity-card").ID
	own := "/api/v1/me/licenses/" + s.License(t, "food-firm", "business-license").ID
	const secret = "35010219880512001X"
	record := s.accept.Materials[1].RecordNo // the representative's
	return []bad{
		{name: "somebody else's license", login: "food-firm", method: "GET", path: other, status: 403, code: "access.self.holder"},
		{name: "somebody else's picture", login: "food-firm", method: "GET", path: other + "/preview", status: 403, code: "access.self.holder"},
		{name: "somebody else's file", login: "food-firm", method: "GET", path: other + "/file", status: 403, code: "access.self.holder"},
		{name: "lose somebody else's", login: "food-firm", method: "POST", path: other + "/loss", status: 404, code: "license.unknown"},
		{name: "lose twice", login: "loser", method: "POST", path: lost + "/loss", status: 409, code: "license.held-already"},
		{name: "show somebody else's", login: "food-firm", method: "POST", path: other + "/presentations", body: m{}, status: 404, code: "license.unknown"},
		{name: "show a lost one", login: "loser", method: "POST", path: lost + "/presentations", body: m{}, status: 409, code: "license.not-in-force"},
		{name: "show an unknown field", login: "food-firm", method: "POST", path: own + "/presentations", body: m{"fields": []string{"CZZT", secret}}, status: 422, code: "license.field.unknown", field: "fields", secret: secret},
		{name: "no id", login: "food-firm", method: "GET", path: "/api/v1/me/licenses/" + secret, status: 422, code: "body.invalid", field: "id", rule: "field.format", secret: secret},
		{name: "somebody else's receipt", login: "food-firm", method: "GET", path: "/api/v1/me/uses/" + record + "/receipt", status: 404, code: "evidence.unknown"},
		{name: "somebody else's proof", login: "food-firm", method: "GET", path: "/api/v1/me/uses/" + record + "/proof", status: 404, code: "evidence.unknown"},
		{name: "proof too early", login: "owner", method: "GET", path: "/api/v1/me/uses/" + record + "/proof", status: 404, code: "evidence.pending"},
		{name: "no record number", login: "owner", method: "GET", path: "/api/v1/me/uses/" + secret + "/receipt", status: 404, code: "evidence.unknown", secret: secret},
		{name: "whole list from beyond its end", login: "owner", method: "GET", path: "/api/v1/me/evidence/whole?from=1000000", status: 422, code: "evidence.whole-range"},
		{name: "somebody else's showing", login: "food-firm", method: "GET", path: "/api/v1/me/presentations/" + s.stranger, status: 404, code: "present.unknown"},
		{name: "end somebody else's showing", login: "food-firm", method: "DELETE", path: "/api/v1/me/presentations/" + s.stranger, status: 404, code: "present.unknown"},
	}
}

// presentations are bad checks of shown codes.
func (s *scene) presentations() []bad {
	at := func(code string) string { return "/api/v1/presentations/" + code + "/check" }
	invented := strings.Repeat("A", 32)
	list := []bad{
		{name: "replayed", path: at(s.used), body: m{}, status: 410, code: "present.used"},
		{name: "expired", path: at(s.expired), body: m{}, status: 410, code: "present.expired"},
		{name: "taken back", path: at(s.ended), body: m{}, status: 410, code: "present.ended"},
		{name: "invented", path: at(invented), body: m{}, status: 404, code: "present.unknown", secret: invented},
		{name: "no code", path: at("35010219880512001X"), body: m{}, status: 422, code: "body.invalid", field: "token", rule: "field.too-short", secret: "35010219880512001X"},
		{name: "long purpose", path: at(s.live), body: m{"purpose": strings.Repeat("查", 101)}, status: 422, code: "body.invalid", field: "purpose", rule: "field.too-long"},
		{name: "purpose with a zero byte", path: at(s.live), body: m{"purpose": "查\x00验"}, status: 422, code: "field.format", field: "purpose"},
		{name: "unknown field", path: at(s.live), body: m{"place": "x"}, status: 422, code: "body.invalid", field: "place", rule: "field.unknown"},
	}
	for i := range list {
		list[i].method, list[i].login = "POST", "hotel-verifier"
	}
	return list
}

// goodInput: what was refused spoiled nothing. The same people can still do it right.
func (s *scene) goodInput(t *testing.T) {
	s.as(t, "hotel-verifier").must("POST", "/api/v1/presentations/"+s.live+"/check", m{"purpose": "办理入住"}, nil)
	s.as(t, reviewer).must("POST", "/api/v1/makings/"+s.making+"/review", m{"outcome": "publish"}, nil)
	if f := s.city.decide(t, approver, s.city.submit(t, clerk, s.accept), "approve"); f.Stage != "making" {
		t.Errorf("the case is at %s", f.Stage)
	}
}
