package kill_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"slices"
	"time"
)

// problem is a refusal of the platform.
type problem struct {
	Status int    `json:"status"`
	Code   string `json:"code"`
	Detail string `json:"detail"`
}

func (p *problem) Error() string { return fmt.Sprintf("%d %s: %s", p.Status, p.Code, p.Detail) }

// refused reports whether err is a refusal with one of the codes.
func refused(err error, codes ...string) bool {
	p, ok := errors.AsType[*problem](err)
	if !ok {
		return false
	}
	return slices.Contains(codes, p.Code)
}

// errCut says that the connection broke before the whole answer was there: whether the platform did what was
// asked is unknown.
var errCut = errors.New("connection cut")

// session is one account's browser. It signs in once for the whole test: a session that was opened must
// outlive every crash.
type session struct {
	server *server
	login  string
	http   *http.Client
}

func signIn(ctx context.Context, s *server, login, password string) (*session, error) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, err
	}
	u := &session{server: s, login: login, http: &http.Client{Jar: jar, Transport: &http.Transport{}, Timeout: patience}}
	return u, u.call(ctx, http.MethodPost, "/api/v1/session", map[string]string{"account": login, "password": password}, nil)
}

func (u *session) call(ctx context.Context, method, path string, in, out any) error {
	answer, err := u.send(ctx, method, path, in, nil)
	if err != nil || out == nil {
		return err
	}
	return json.Unmarshal(answer, out)
}

// send asks and gives the whole answer. begun, if given, is called when an answer with data begins to come in,
// whether or not the rest of it arrives.
func (u *session) send(ctx context.Context, method, path string, in any, begun func()) ([]byte, error) {
	var body io.Reader
	if in != nil {
		b, err := json.Marshal(in)
		if err != nil {
			return nil, err
		}
		body = bytes.NewReader(b)
	}
	req, err := http.NewRequestWithContext(ctx, method, u.server.base+path, body)
	if err != nil {
		return nil, err
	}
	if in != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	resp, err := u.http.Do(req)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errCut, err)
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode < 300 && begun != nil {
		begun()
	}
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errCut, err)
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

// detail is the part of a case that is looked at.
type detail struct {
	CaseNo    string `json:"caseNo"`
	Version   int64  `json:"version"`
	Stage     string `json:"stage"`
	State     string `json:"state"`
	Mine      bool   `json:"mine"`
	Materials []struct {
		Seq      int    `json:"seq"`
		Status   string `json:"status"`
		RecordNo string `json:"recordNo"`
		Required bool   `json:"required"`
	} `json:"materials"`
	Form []struct {
		Name    string `json:"name"`
		Type    string `json:"type"`
		Value   string `json:"value"`
		FromSeq int    `json:"fromSeq"`
		Options []struct {
			Value string `json:"value"`
		} `json:"options"`
	} `json:"form"`
	History []struct {
		Action string `json:"action"`
	} `json:"history"`
	Result *struct {
		LicenseID string `json:"licenseId"`
		Step      string `json:"step"`
	} `json:"result"`
}

// held is the part of an own license that is looked at.
type held struct {
	State      string `json:"state"`
	Identifier string `json:"identifier"`
	RecordNo   string `json:"recordNo"`
	Fields     []struct {
		Name  string `json:"name"`
		Value string `json:"value"`
	} `json:"fields"`
}

func (h held) number() string {
	for _, f := range h.Fields {
		if f.Name == "ZZBH" {
			return f.Value
		}
	}
	return ""
}

// await asks until ok or patience ends.
func await(ctx context.Context, ok func() (bool, error)) error {
	end := time.Now().Add(patience)
	for {
		done, err := ok()
		if err != nil || done {
			return err
		}
		if time.Now().After(end) {
			return fmt.Errorf("not so after %v", patience)
		}
		pause(ctx, 50*time.Millisecond)
	}
}
