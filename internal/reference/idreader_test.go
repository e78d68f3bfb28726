package reference_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/yinxin-org/yinxin/internal/reference"
)

const (
	cardOnIt = `{"card":{"name":"吴依妹","code":"350102193803080020"}}`
	cardRead = `{"name":"吴依妹","code":"350102193803080020"}`
)

// askReader sends a request to a reader and gives the status of the answer and its body.
func askReader(ctx context.Context, t *testing.T, url, method, body string, headers ...string) (int, string, error) {
	t.Helper()
	req, err := http.NewRequestWithContext(ctx, method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, "", err
	}
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(res.Body)
	return res.StatusCode, strings.TrimSpace(string(text)), err
}

func TestIDReader(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(reference.NewIDReader())
	t.Cleanup(server.Close)
	card := func(status int, want string) {
		t.Helper()
		res, got, err := askReader(t.Context(), t, server.URL+reference.CardPath, "GET", "")
		if err != nil || res != status || got != want {
			t.Errorf("%d %s %v, want %d %s", res, got, err, status, want)
		}
	}
	tell := func(order string, status int, headers ...string) {
		t.Helper()
		headers = append([]string{"Content-Type", "application/json"}, headers...)
		if res, got, err := askReader(t.Context(), t, server.URL+reference.TellPath, "POST", order, headers...); err != nil || res != status {
			t.Errorf("told %s: %d %s %v, want %d", order, res, got, err, status)
		}
	}

	card(404, `{"code":"no-card"}`)
	tell(cardOnIt, 204)
	card(200, cardRead)
	tell(`{"broken":true}`, 204)
	card(500, `{"code":"broken"}`)
	tell(cardOnIt, 204)
	tell(`{}`, 204)
	card(404, `{"code":"no-card"}`)

	tell(`{"nonsense":1}`, 400)
	tell(cardOnIt, 403, "Origin", "http://127.0.0.1:8080")
	tell(cardOnIt, 403, "Content-Type", "text/plain")
	card(404, `{"code":"no-card"}`)
}

func TestSlowIDReader(t *testing.T) {
	t.Parallel()
	reader := reference.NewIDReader()
	server := httptest.NewServer(reader)
	t.Cleanup(server.Close)
	reader.Tell(reference.IDReaderOrder{Card: &reference.IDCard{Name: "吴依妹", Code: "350102193803080020"}, Slow: time.Minute})
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, got, err := askReader(ctx, t, server.URL+reference.CardPath, "GET", ""); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("answered %s, %v", got, err)
	}
	reader.Tell(reference.IDReaderOrder{Card: &reference.IDCard{Name: "吴依妹", Code: "350102193803080020"}, Slow: time.Millisecond})
	if _, got, err := askReader(t.Context(), t, server.URL+reference.CardPath, "GET", ""); err != nil || got != cardRead {
		t.Errorf("%s, %v", got, err)
	}
}

func TestWhichPagesReadTheCard(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		origins []string
		origin  string
		allowed bool
	}{
		{nil, "http://127.0.0.1:8080", true},
		{nil, "http://127.0.0.1", true},
		{nil, "https://127.0.0.1:8080", false},
		{nil, "http://127.0.0.1:8080.other.example", false},
		{nil, "http://127.0.0.10:8080", false},
		{nil, "http://other.example", false},
		{nil, "null", false},
		{[]string{"https://yinxin.example", "http://localhost:*"}, "https://yinxin.example", true},
		{[]string{"https://yinxin.example", "http://localhost:*"}, "http://localhost:5173", true},
		{[]string{"https://yinxin.example"}, "https://yinxin.example:8443", false},
		{[]string{"https://yinxin.example"}, "http://127.0.0.1:8080", false},
	} {
		reader := reference.NewIDReader(c.origins...)
		reader.Tell(reference.IDReaderOrder{Card: &reference.IDCard{Name: "吴依妹", Code: "350102193803080020"}})
		for _, method := range []string{"GET", "OPTIONS"} {
			r := httptest.NewRequest(method, reference.CardPath, nil)
			r.Header.Set("Origin", c.origin)
			w := httptest.NewRecorder()
			reader.ServeHTTP(w, r)
			let := w.Header().Get("Access-Control-Allow-Origin")
			if c.allowed && let != c.origin || !c.allowed && (let != "" || w.Code != 403 || strings.Contains(w.Body.String(), "吴依妹")) {
				t.Errorf("%s %s of %v: %d, allows %q: %s", method, c.origin, c.origins, w.Code, let, w.Body)
			}
		}
	}
}
