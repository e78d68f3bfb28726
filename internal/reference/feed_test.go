package reference_test

import (
	"encoding/base64"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/feed"
	"github.com/yinxin-org/yinxin/internal/gm"
	"github.com/yinxin-org/yinxin/internal/reference"
)

func TestDepartmentSignsWhatItSends(t *testing.T) {
	t.Parallel()
	keys, err := gm.NewMemoryKeyStore()
	if err != nil {
		t.Fatal(err)
	}
	if err := keys.Generate(t.Context(), "department"); err != nil {
		t.Fatal(err)
	}
	signer, err := keys.Signer("department")
	if err != nil {
		t.Fatal(err)
	}
	var paths []string
	platform := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		signature, _ := base64.StdEncoding.DecodeString(r.Header.Get("X-Yinxin-Signature"))
		s := feed.Signed{Time: r.Header.Get("X-Yinxin-Time"), Method: r.Method, Path: r.URL.Path, Body: body}
		if !gm.VerifySM2(signer.Public(), s.Text(), signature) || r.Header.Get("X-Yinxin-Key") != "k1" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		paths = append(paths, r.URL.Path)
		_, _ = io.WriteString(w, "{}")
	}))
	defer platform.Close()
	d := reference.Department{Base: platform.URL + "/", KeyID: "k1", Signer: signer, Clock: clock.At(time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC))}
	if _, err := d.Send(t.Context(), []reference.Case{{Seq: 1, CaseNo: "A", Matter: "m", Event: feed.Opened}}); err != nil {
		t.Error(err)
	}
	if err := d.Count(t.Context(), "2026-03-02", "m", 1, 0); err != nil {
		t.Error(err)
	}
	if len(paths) != 2 || paths[1] != "/api/v1/feed/tallies" {
		t.Errorf("%v", paths)
	}
	d.KeyID = "k2"
	if _, err := d.Send(t.Context(), nil); err == nil {
		t.Error("a refusal is no error")
	}
}
