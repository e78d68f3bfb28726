package reference

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/feed"
	"github.com/yinxin-org/yinxin/internal/gm"
)

// Department is a department's own system (自建系统) that sends its cases to the platform, signed.
type Department struct {
	Base   string // of the platform, without a slash at the end
	KeyID  string // of the key that the ledger knows
	Signer *gm.Signer
	Clock  clock.Clock
}

// Case is one step of a case on its way.
type Case struct {
	Seq       int64      `json:"seq"`
	CaseNo    string     `json:"caseNo"`
	Matter    string     `json:"matterCode"`
	Unit      string     `json:"unitId,omitempty"`
	Event     feed.Event `json:"event"`
	At        time.Time  `json:"at"`
	Outcome   string     `json:"outcome,omitempty"`
	Applicant *Applicant `json:"applicant,omitempty"`
}

// Applicant is who a case is of.
type Applicant struct {
	Code string `json:"code"`
	Name string `json:"name"`
}

// Send sends cases and gives the platform's answer as it came.
func (d Department) Send(ctx context.Context, cases []Case) (string, error) {
	return d.post(ctx, "/api/v1/feed/cases", map[string]any{"items": cases})
}

// Count sends the tally of a day.
func (d Department) Count(ctx context.Context, day, matter string, opened, closed int) error {
	_, err := d.post(ctx, "/api/v1/feed/tallies", map[string]any{"day": day,
		"counts": []any{map[string]any{"matterCode": matter, "opened": opened, "closed": closed}}})
	return err
}

func (d Department) post(ctx context.Context, path string, body any) (string, error) {
	raw, err := json.Marshal(body)
	if err != nil {
		return "", err
	}
	s := feed.Signed{KeyID: d.KeyID, Time: d.Clock.Now().Format(time.RFC3339), Method: http.MethodPost, Path: path, Body: raw}
	signature, err := d.Signer.Sign(s.Text())
	if err != nil {
		return "", err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, strings.TrimSuffix(d.Base, "/")+path, bytes.NewReader(raw))
	if err != nil {
		return "", err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-Yinxin-Key", s.KeyID)
	req.Header.Set("X-Yinxin-Time", s.Time)
	req.Header.Set("X-Yinxin-Signature", base64.StdEncoding.EncodeToString(signature))
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return "", err
	}
	defer func() { _ = resp.Body.Close() }()
	answer, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	if err != nil {
		return "", err
	}
	if resp.StatusCode >= http.StatusMultipleChoices {
		return "", fmt.Errorf("the platform answers %d: %s", resp.StatusCode, answer)
	}
	return string(answer), nil
}
