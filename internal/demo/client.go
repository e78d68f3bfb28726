package demo

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"os"
	"path/filepath"
	"strings"
)

// user is a person at the other end of the interface: a browser session of one account.
type user struct {
	base string
	http *http.Client
}

// problem is the part of an RFC 9457 problem that the flow looks at.
type problem struct {
	Status int    `json:"status"`
	Code   string `json:"code"`
	Detail string `json:"detail"`
}

func (p *problem) Error() string { return fmt.Sprintf("%d %s: %s", p.Status, p.Code, p.Detail) }

func newUser(base string) (*user, error) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, err
	}
	return &user{base: base, http: &http.Client{Jar: jar}}, nil
}

// signIn opens a session for an account of the demonstration.
func signIn(ctx context.Context, base, login, password string) (*user, error) {
	u, err := newUser(base)
	if err != nil {
		return nil, err
	}
	return u, u.call(ctx, http.MethodPost, "/api/v1/session", map[string]string{"account": login, "password": password}, nil)
}

// call sends JSON and reads JSON; a refusal comes back as *problem.
func (u *user) call(ctx context.Context, method, path string, in, out any) error {
	var body []byte
	if in != nil {
		var err error
		if body, err = json.Marshal(in); err != nil {
			return err
		}
	}
	answer, err := u.send(ctx, method, path, "application/json", body)
	if err != nil || out == nil {
		return err
	}
	return json.Unmarshal(answer, out)
}

// send sends bytes and gives the bytes of the answer.
func (u *user) send(ctx context.Context, method, path, kind string, body []byte) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, method, u.base+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	if len(body) > 0 {
		req.Header.Set("Content-Type", kind)
	}
	resp, err := u.http.Do(req)
	if err != nil {
		return nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode < 300 {
		return answer, nil
	}
	p := &problem{Status: resp.StatusCode}
	if err := json.Unmarshal(answer, p); err != nil {
		return nil, fmt.Errorf("%s %s: status %d", method, path, resp.StatusCode)
	}
	return nil, p
}

// Passwords reads the accounts of a demonstration's folder: password by login.
func Passwords(dir string) (map[string]string, error) { return accountColumn(dir, 1) }

// Secrets reads from the same file what the accounts confirm themselves with: secret of their codes by login.
func Secrets(dir string) (map[string]string, error) { return accountColumn(dir, 3) }

func accountColumn(dir string, column int) (map[string]string, error) {
	b, err := os.ReadFile(filepath.Join(dir, AccountsFile))
	if err != nil {
		return nil, err
	}
	out := map[string]string{}
	for line := range strings.Lines(string(b)) {
		if w := strings.Split(strings.TrimSuffix(line, "\n"), "\t"); len(w) > column {
			out[w[0]] = w[column]
		}
	}
	return out, nil
}
