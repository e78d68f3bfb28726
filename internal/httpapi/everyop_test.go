package httpapi_test

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/yinxin-org/yinxin/internal/httpapi"
	"github.com/yinxin-org/yinxin/internal/inspection"
	"github.com/yinxin-org/yinxin/verify"
)

// operation is one entry point, as the document describes it.
type operation struct {
	id, method, path string
	roles            []string
	open, json       bool
}

// operations reads the document that the product itself serves, so that no entry point is forgotten.
func (s *scene) operations(t *testing.T) []operation {
	t.Helper()
	var doc struct {
		Paths map[string]map[string]struct {
			OperationID string   `json:"operationId"`
			Roles       []string `json:"x-roles"`
			Open        bool     `json:"x-open"`
			Parameters  []struct{ Name, In string }
			RequestBody *struct {
				Content map[string]any
			} `json:"requestBody"`
		}
	}
	if err := json.Unmarshal([]byte(s.as(t, "").do("GET", "/openapi.json", nil).body), &doc); err != nil {
		t.Fatal(err)
	}
	var list []operation
	for path, item := range doc.Paths {
		for method, op := range item {
			o := operation{id: op.OperationID, method: strings.ToUpper(method), path: s.fill(t, path), roles: op.Roles, open: op.Open}
			named := 0
			for _, p := range op.Parameters {
				if p.In == "path" && strings.Contains(path, "{"+p.Name+"}") {
					named++
				}
			}
			if want := strings.Count(path, "{"); named != want {
				t.Errorf("%s reads %d of the %d parts of its path: is its input embedded under a lower-case name?", op.OperationID, named, want)
			}
			if op.RequestBody != nil {
				_, o.json = op.RequestBody.Content["application/json"]
			}
			list = append(list, o)
		}
	}
	if len(list) < 30 {
		t.Fatalf("only %d operations in the document", len(list))
	}
	return list
}

// fill puts things that exist into the address of an operation.
func (s *scene) fill(t *testing.T, path string) string {
	t.Helper()
	id := s.License(t, "food-firm", "business-license").ID
	if strings.Contains(path, "me/presentations") {
		id = s.stranger
	}
	filled := strings.NewReplacer("{subscriptionId}", s.making, "{batchId}", "019a0000-0000-7000-8000-000000000000", "{nth}", "1", "{importId}", "019a0000-0000-7000-8000-000000000000", "{importKind}", "units", "{caseNo}", s.accept.CaseNo, "{seq}", "1", "{id}", id, "{licenseId}", s.making, "{token}", s.live, "{askCode}", s.live, "{requestId}", s.making,
		"{code}", foodMatter, "{typeCode}", "11350000YX0000016Q012", "{version}", "1",
		"{draftId}", "01890a5d-ac96-774b-bcce-b302099a8057", "{standardCode}", "C0293-2024", "{recordNo}", s.accept.Materials[0].RecordNo).Replace(path)
	filled = strings.NewReplacer("{unitId}", unitID, "{mandateId}", s.making, "{systemId}", s.making, "{accountId}", s.making,
		"{regionCode}", "350102", "{tableCode}", "holder-code", "{year}", "2026", "{day}", "2026-10-01").Replace(filled)
	filled = strings.NewReplacer("{matterCode}", foodMatter, "{baseCode}", foodMatter[19:], "{entryId}", s.making, "{shareId}", s.making, "{appealId}", s.making, "{annualId}", s.making, "{violationId}", s.making, "{proofNo}", s.accept.Materials[0].RecordNo).Replace(filled)
	filled = strings.NewReplacer("{attachmentId}", s.making, "{fileId}", s.making, "{noticeId}", s.making, "{bundleId}", s.making, "{eventCode}", "newborn").Replace(filled)
	filled = strings.NewReplacer("{keyId}", s.making, "{factorId}", s.making, "{authorisationId}", s.making, "{glassId}", s.making, "{erasureId}", s.making).Replace(filled)
	filled = strings.NewReplacer("{identifier}", s.License(t, "food-firm", "business-license").Identifier).Replace(filled)
	filled = strings.NewReplacer("{operationId}", s.making, "{relationId}", s.making, "{visitId}", s.making).Replace(filled)
	filled = strings.NewReplacer("{sealCode}", "35010000000015", "{sealRequestId}", s.making, "{sealTaskId}", s.making, "{standInId}", s.making).Replace(filled)
	if strings.Contains(filled, "{") {
		t.Errorf("what belongs into %s?", path)
	}
	return filled
}

// logins of one post each.
var posts = map[string]string{"clerk": clerk, "approver": approver, "reviewer": reviewer, "verifier": "hotel-verifier", "holder": "food-firm",
	"catalog": "fj-scjg-catalog", "digital": "digital", "matters": "matters", "admin": "admin", "supervisor": "gl-supervisor",
	"seal-manager": "fz-seal-manager", "seal-user": "gl-scjg-seal-user", "seal-auditor": "gl-scjg-seal-auditor"}

// caller is who may call an operation, and stranger who is signed in but may not; "" if there is none.
func (o operation) caller() (caller, stranger string) {
	switch {
	case o.open:
		return "", ""
	case len(o.roles) == 0:
		return clerk, ""
	}
	for post, login := range posts {
		if !slices.Contains(o.roles, post) {
			stranger = login
		}
	}
	return posts[o.roles[0]], stranger
}

// everyOperation sends to every entry point what no entry point takes.
func (s *scene) everyOperation(t *testing.T) {
	const secret = "35010219880512001X"
	before := s.state(t)
	for _, o := range s.operations(t) {
		caller, stranger := o.caller()
		list := []bad{{name: "unknown parameter", login: caller, path: o.path + "?holder=" + secret, status: 422, code: "body.invalid", field: "holder", rule: "field.unknown"}}
		if !o.open {
			list = append(list, bad{name: "nobody", path: o.path, status: 401, code: "unauthenticated"})
		}
		if stranger != "" {
			list = append(list, bad{name: "another post", login: stranger, path: o.path, status: 403, code: "denied"})
		}
		if o.json {
			most := httpapi.MaxBody
			if o.id == "applyForAnnual" { // its files come with it
				most = inspection.MaxBody
			}
			if o.id == "elsspVerifyFile" { // so does the file
				most = httpapi.MaxFile/3*4 + httpapi.MaxBody
			}
			list = append(list,
				bad{name: "no JSON", login: caller, path: o.path, body: `{"version":` + secret, status: 400, code: "body.syntax"},
				bad{name: "list for an object", login: caller, path: o.path, body: `["` + secret + `"]`, status: 422, code: "body.invalid"},
				bad{name: "too large", login: caller, path: o.path, body: `{"a":"` + strings.Repeat("a", most) + `"}`, status: 413, code: "body.too-large"},
			)
		}
		t.Run(o.id, func(t *testing.T) {
			for _, b := range list {
				b.method, b.secret = o.method, secret
				t.Run(b.name, func(t *testing.T) { s.refuseLoosely(t, b) })
			}
			if o.json {
				t.Run("unknown field", func(t *testing.T) { s.unknownField(t, o, caller) })
				t.Run("form instead of JSON", func(t *testing.T) {
					a := s.as(t, caller).do(o.method, o.path, "nickname="+secret, "Content-Type", "application/x-www-form-urlencoded")
					if p := a.problem(t); p.Status != 415 || p.Code != "body.media" {
						t.Errorf("%d %s", p.Status, p.Code)
					}
				})
			}
		})
	}
	// Once for all, because it reads the whole database: which of them did it, a run of each alone tells.
	s.unchanged(t, before)
}

// refuseLoosely is refuse where other fields may be blamed as well.
func (s *scene) refuseLoosely(t *testing.T, b bad) {
	t.Helper()
	a := s.as(t, b.login).do(b.method, b.path, b.body)
	p := a.problem(t)
	if p.Status != b.status || p.Code != b.code || strings.Contains(a.body, b.secret) {
		t.Errorf("%d %s, want %d %s: %s", p.Status, p.Code, b.status, b.code, a.body)
	}
	bilingual(t, p.Code, p.Zh, p.En)
	if b.field != "" && !slices.ContainsFunc(p.Errors, func(f httpapi.FieldProblem) bool { return f.Field == b.field && f.Code == b.rule }) {
		t.Errorf("errors %+v, want %s on %q", p.Errors, b.rule, b.field)
	}
}

func (s *scene) unknownField(t *testing.T, o operation, caller string) {
	t.Helper()
	s.refuseLoosely(t, bad{login: caller, method: o.method, path: o.path, body: m{"nickname": "阿林妹"}, status: 422, code: "body.invalid",
		field: "nickname", rule: "field.unknown", secret: "阿林妹"})
}

// brokenFiles uploads what is no license file, or one no more: the answer is a verdict with causes in words.
func (s *scene) brokenFiles(t *testing.T) {
	before := s.state(t)
	path := "/api/v1/me/licenses/" + s.License(t, "food-firm", "business-license").ID + "/file"
	good := []byte(s.as(t, "food-firm").do("GET", path, nil).body)
	nobody := s.as(t, "")
	for _, x := range []struct {
		name    string
		file    []byte
		verdict string
		cause   verify.Code
	}{
		{"as it was downloaded", good, verify.Valid, ""},
		{"text", []byte("这不是证照"), verify.Invalid, verify.FormatOFD},
		{"one byte", []byte{0}, verify.Invalid, verify.FormatOFD},
		{"cut in half", good[:len(good)/2], verify.Invalid, verify.FormatOFD},
		{"without its end", good[:len(good)-1], verify.Invalid, verify.FormatOFD},
		{"one byte changed", flip(good, len(good)/2), verify.Invalid, ""},
		{"an archive of something else", archive(t, "readme.txt", "x"), verify.Invalid, verify.FormatOFD},
		{"an entry outside", archive(t, "../OFD.xml", "<OFD/>"), verify.Invalid, verify.FormatOFD},
		{"an entity", archive(t, "OFD.xml", `<!DOCTYPE OFD [<!ENTITY x SYSTEM "file:///etc/passwd">]><OFD>&x;</OFD>`), verify.Invalid, verify.FormatOFD},
	} {
		t.Run(x.name, func(t *testing.T) {
			var r struct {
				Verdict, Zh, En string
				Causes          []struct {
					Code   verify.Code
					Zh, En string
				}
			}
			nobody.t = t
			nobody.must("POST", "/api/v1/verify", x.file, &r)
			if r.Verdict != x.verdict || (r.Verdict == verify.Invalid) != (len(r.Causes) > 0) {
				t.Errorf("verdict %s, causes %v; want %s", r.Verdict, r.Causes, x.verdict)
			}
			if x.cause != "" && (len(r.Causes) == 0 || r.Causes[0].Code != x.cause) {
				t.Errorf("causes %v, want %s", r.Causes, x.cause)
			}
			bilingual(t, r.Verdict, r.Zh, r.En)
			for _, c := range r.Causes {
				bilingual(t, string(c.Code), c.Zh, c.En)
			}
			s.unchanged(t, before)
		})
	}
	for name, x := range map[string]struct {
		size, status int
		code         string
	}{"empty": {0, 400, "field.required"}, "too large": {httpapi.MaxFile + 2, 413, "body.too-large"}} {
		t.Run(name, func(t *testing.T) {
			s.refuse(t, bad{method: "POST", path: "/api/v1/verify", body: make([]byte, x.size), status: x.status, code: x.code})
			s.unchanged(t, before)
		})
	}
}

func flip(file []byte, at int) []byte {
	out := bytes.Clone(file)
	out[at] ^= 1
	return out
}

func archive(t *testing.T, name, content string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	w, err := z.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := fmt.Fprint(w, content); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
