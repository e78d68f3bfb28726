package httpapi_test

import (
	"archive/zip"
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/yinxin-org/yinxin/internal/access"
	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/license"
	"github.com/yinxin-org/yinxin/statuslist"
)

// listed holds that the status list, after one turn of its publisher, the bundle for checks without network, the page behind the
// code on the face and the interface all say the same of a license of food-firm.
func (c *city) listed(t *testing.T, identifier string, want statuslist.Status, word string) {
	t.Helper()
	var l license.License
	err := c.App.DB.Read(t.Context(), func(q *db.Tx) (err error) {
		l, err = c.App.Licenses.ByIdentifier(t.Context(), q, identifier)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	var held struct {
		State  string
		Status *struct {
			List  string
			Index int
		}
	}
	c.as(t, "food-firm").must("GET", "/api/v1/me/licenses/"+l.ID, nil, &held)
	if held.Status == nil || held.State != string(l.State(c.Clock.Now())) {
		t.Fatalf("the interface says %+v", held)
	}
	if err := c.App.Statuses.Publish(t.Context()); err != nil {
		t.Fatal(err)
	}
	pem, err := os.ReadFile(filepath.Join(c.App.Config.Data, "status-anchors.pem"))
	if err != nil {
		t.Fatal(err)
	}
	anchors, err := statuslist.ParseAnchors(pem)
	if err != nil {
		t.Fatal(err)
	}
	_, name, _ := strings.Cut(held.Status.List, "/status/")
	anyone := c.as(t, "")
	for from, text := range map[string][]byte{"the list": []byte(anyone.do("GET", "/status/"+name, nil).body),
		"the bundle": bundled(t, []byte(anyone.do("GET", "/status/bundle.zip", nil).body), "lists/"+name+".jwt")} {
		tok, err := statuslist.Open(text, statuslist.Options{Anchors: anchors, Subject: held.Status.List, Now: c.Clock.Now()})
		if err != nil {
			t.Fatalf("%s: %v", from, err)
		}
		if got, err := tok.List.Get(held.Status.Index); err != nil || got != want {
			t.Errorf("%s says %d (%v), want %d", from, got, err, want)
		}
	}
	r, err := c.App.Door.Own(t.Context(), &authn.Actor{AccountID: "x", Kind: authn.KindHolder, HolderID: l.HolderID, Roles: []string{"holder"}}, l.ID, access.Fields)
	if err != nil {
		t.Fatal(err)
	}
	if page := anyone.do("GET", "/v/"+r.Code, nil).body; !strings.Contains(page, word) {
		t.Errorf("the page of the code does not say %s", word)
	}
}

// bundled is one file of a bundle, which must hold the others too.
func bundled(t *testing.T, file []byte, name string) []byte {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range []string{"README.txt", "anchors.pem", "log.pub"} {
		if f, err := z.Open(n); err != nil {
			t.Error(err)
		} else {
			_ = f.Close()
		}
	}
	f, err := z.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	text, err := io.ReadAll(f)
	if err != nil {
		t.Fatal(err)
	}
	return text
}
