package httpapi_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/test/demotest"
)

func TestMain(m *testing.M) { os.Exit(demotest.Main(m)) }

// Matters of the demonstration, all but the last of 鼓楼区市场监督管理局.
const (
	unitID        = "11350102YX0100017G"
	foodMatter    = unitID + "4350131901001"
	firmMatter    = unitID + "4350131902001"
	siteMatter    = "11350100YX001007093350117907001"
	lonelyMatter  = unitID + "4350131998001" // made here: it binds a type that is not published
	unknownMatter = unitID + "4350131999001"
)

// Logins of the demonstration, and one made here that holds three posts at once.
const (
	clerk                        = "gl-scjg-clerk"
	approver                     = "gl-scjg-approver"
	reviewer                     = "gl-scjg-reviewer"
	threefold, threefoldPassword = "gl-scjg-threefold", "Three-Posts-1"
)

// city is the whole product behind a server, with clients signed in as various people.
type city struct {
	*demotest.World
	url     string
	clients map[string]*client
	codes   map[string]string // secrets of accounts that tests made
}

func newCity(t *testing.T, url string) *city {
	t.Helper()
	c := &city{World: demotest.Open(t, url), clients: map[string]*client{}, codes: map[string]string{}}
	h, err := c.App.Handler()
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	c.url = s.URL
	id, err := c.App.Accounts.Create(t.Context(), authn.Account{Login: threefold, Password: threefoldPassword, Name: "兼任三岗", Kind: authn.KindStaff,
		UnitID: unitID, Roles: []string{"clerk", "approver", "reviewer"}})
	if err != nil {
		t.Fatal(err)
	}
	if c.codes[threefold], err = c.App.Accounts.AddCode(t.Context(), id, "试验"); err != nil {
		t.Fatal(err)
	}
	return c
}

// code is what the authenticator of an account shows now.
func (c *city) code(t *testing.T, login string) string {
	t.Helper()
	secret, ok := c.codes[login]
	if !ok {
		return c.Code(t, login, 0)
	}
	code, err := authn.CodeAt(secret, c.Clock.Now())
	if err != nil {
		t.Fatal(err)
	}
	return code
}

// client is one person's browser. Asked to confirm strongly, it types the code of the person's authenticator and sends the
// request again, as the pages do; weak keeps it from that.
type client struct {
	t    *testing.T
	url  string
	http *http.Client
	code func(t *testing.T) string // nil: the person has no authenticator
	weak bool
}

// as is the client of a login, signed in at first use; "" is nobody.
func (c *city) as(t *testing.T, login string) *client {
	t.Helper()
	if cl, ok := c.clients[login]; ok {
		return &client{t, cl.url, cl.http, cl.code, cl.weak}
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	cl := &client{t: t, url: c.url, http: &http.Client{Jar: jar}}
	c.clients[login] = cl
	if login != "" {
		password := c.Password(login)
		if login == threefold {
			password = threefoldPassword
		}
		cl.must("POST", "/api/v1/session", m{"account": login, "password": password}, nil)
		cl.code = func(t *testing.T) string { t.Helper(); return c.code(t, login) }
	}
	return cl
}

type m = map[string]any

// do sends a request, confirming itself when it is asked to. body is sent as it is if it is bytes or a string, otherwise as JSON; nil sends none.
func (c *client) do(method, path string, body any, headers ...string) answer {
	c.t.Helper()
	a := c.send(method, path, body, headers...)
	if c.weak || c.code == nil || a.StatusCode != http.StatusForbidden || !strings.Contains(a.body, `"authn.confirm"`) {
		return a
	}
	if got := c.send("POST", "/api/v1/session/confirm", m{"code": c.code(c.t)}); got.StatusCode != http.StatusOK {
		c.t.Fatalf("confirm: %d %s", got.StatusCode, got.body)
	}
	return c.send(method, path, body, headers...)
}

func (c *client) send(method, path string, body any, headers ...string) answer {
	c.t.Helper()
	var raw []byte
	kind := "application/json"
	switch b := body.(type) {
	case nil:
	case []byte:
		raw, kind = b, "application/octet-stream"
	case string:
		raw = []byte(b)
	default:
		var err error
		if raw, err = json.Marshal(b); err != nil {
			c.t.Fatal(err)
		}
	}
	r, err := http.NewRequestWithContext(c.t.Context(), method, c.url+path, bytes.NewReader(raw))
	if err != nil {
		c.t.Fatal(err)
	}
	if body != nil {
		r.Header.Set("Content-Type", kind)
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	resp, err := c.http.Do(r)
	if err != nil {
		c.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	return answer{resp, string(text)}
}

// must sends a request that has to succeed and reads the answer into out.
func (c *client) must(method, path string, body, out any) {
	c.t.Helper()
	a := c.do(method, path, body)
	if a.StatusCode >= 300 {
		c.t.Fatalf("%s %s: %d %s", method, path, a.StatusCode, a.body)
	}
	if out == nil {
		return
	}
	if err := json.Unmarshal([]byte(a.body), out); err != nil {
		c.t.Fatal(err)
	}
}

// file is the part of a case that these tests look at.
type file struct {
	CaseNo    string
	Version   int64
	Stage     string
	Materials []struct {
		Seq      int
		Status   string
		RecordNo string
		License  *struct{ ID string }
	}
	Form []struct {
		Name, Type, Value string
		FromSeq           int
		Options           []struct{ Value string }
	}
	Result *struct{ LicenseID string }
}

// open opens a case as a clerk.
func (c *city) open(t *testing.T, login, matterCode, applicant, representative, key string) file {
	t.Helper()
	var f file
	c.as(t, login).must("POST", "/api/v1/cases", m{"matterCode": matterCode, "applicant": m{"code": c.Cast(t, applicant).Code},
		"representative": m{"code": c.Cast(t, representative).Code}, "idempotencyKey": key}, &f)
	return f
}

// submit fills the form, accepts on paper what is no license, and passes the case on.
func (c *city) submit(t *testing.T, login string, f file) file {
	t.Helper()
	as, path := c.as(t, login), "/api/v1/cases/"+f.CaseNo
	values := m{}
	for _, x := range f.Form {
		switch {
		case x.FromSeq > 0:
		case len(x.Options) > 0:
			values[x.Name] = x.Options[0].Value
		default:
			values[x.Name] = "热食类"
		}
	}
	as.must("PUT", path+"/form", m{"version": f.Version, "values": values}, &f)
	for _, x := range f.Materials {
		if x.Status == "plain" {
			as.must("POST", fmt.Sprintf("%s/materials/%d/paper", path, x.Seq), m{"reason": "没有对应的电子证照"}, &f)
		}
	}
	as.must("POST", path+"/submit", m{"version": f.Version}, &f)
	return f
}

// decide takes a submitted case and decides it.
func (c *city) decide(t *testing.T, login string, f file, outcome string) file {
	t.Helper()
	as, path := c.as(t, login), "/api/v1/cases/"+f.CaseNo
	as.must("POST", path+"/take", m{"version": f.Version}, &f)
	as.must("POST", path+"/decision", m{"version": f.Version, "outcome": outcome, "opinion": "试验"}, &f)
	return f
}

// show shows an own license and gives the secret of its code and its id.
func (c *city) show(t *testing.T, login, licenseID string) (code, id string) {
	t.Helper()
	var p struct{ URL, ID string }
	c.as(t, login).must("POST", "/api/v1/me/licenses/"+licenseID+"/presentations", m{}, &p)
	return p.URL[strings.LastIndexByte(p.URL, '/')+1:], p.ID
}

// recording are the tables that a refusal may write to: records of uses with their leaves, of paper that must not be asked
// for with the notice of it, and who is signed in.
var recording = []string{"access_record", "account_factor", "session_step", "violation", "supervisor_violation", "notice", "log_leaf", "log_entry", "log_lease", "session", "login_attempt"}

// state is everything the installation keeps, but for recording: per table its rows, and the names of all files.
func (c *city) state(t *testing.T) map[string][]string {
	t.Helper()
	all := map[string][]string{}
	c.Read(t, func(q *db.Tx) error {
		for _, table := range c.tables(t, q) {
			if !slices.Contains(recording, table) {
				all[table] = rowsOf(t, q, table)
			}
		}
		return nil
	})
	err := filepath.WalkDir(filepath.Join(c.App.Config.Data, "files"), func(path string, _ fs.DirEntry, err error) error {
		all["(files)"] = append(all["(files)"], path)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func (c *city) tables(t *testing.T, q *db.Tx) []string {
	t.Helper()
	list := `SELECT name FROM sqlite_master WHERE type = 'table'`
	if c.App.DB.Dialect() == "postgres" {
		list = `
			SELECT c.relname
			FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
			WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND NOT c.relispartition`
	}
	rows, err := q.Query(t.Context(), list)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	var names []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			t.Fatal(err)
		}
		names = append(names, name)
	}
	if err := rows.Err(); err != nil || len(names) < 30 {
		t.Fatalf("%d tables: %v", len(names), err)
	}
	return names
}

func rowsOf(t *testing.T, q *db.Tx, table string) []string {
	t.Helper()
	rows, err := q.Query(t.Context(), "SELECT * FROM "+table)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	columns, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for rows.Next() {
		values, into := make([]any, len(columns)), make([]any, len(columns))
		for i := range values {
			into[i] = &values[i]
		}
		if err := rows.Scan(into...); err != nil {
			t.Fatal(err)
		}
		var row strings.Builder
		for i, v := range values {
			if b, ok := v.([]byte); ok {
				v = string(b) // %v would spell out every byte
			}
			fmt.Fprintf(&row, "%s=%v ", columns[i], v)
		}
		out = append(out, row.String())
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	slices.Sort(out)
	return out
}

// unchanged requires that a refused request left everything as it was.
func (c *city) unchanged(t *testing.T, before map[string][]string) {
	t.Helper()
	after := c.state(t)
	if !maps.EqualFunc(before, after, slices.Equal) { // cmp alone takes much longer to find nothing
		t.Errorf("a refused request changed something:\n%.2000s", cmp.Diff(before, after))
	}
}

// pass lets the clock go on.
func (c *city) pass(d time.Duration) { c.Clock.Move(d) }
