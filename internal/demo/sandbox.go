package demo

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/yinxin-org/yinxin/internal/access"
	"github.com/yinxin-org/yinxin/internal/app"
	"github.com/yinxin-org/yinxin/internal/caller"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/feed"
	"github.com/yinxin-org/yinxin/internal/gm"
	"github.com/yinxin-org/yinxin/internal/matter"
	"github.com/yinxin-org/yinxin/internal/org"
)

// Sandbox is the demonstration application of the share interface (联调沙箱).
type Sandbox struct {
	KeyID         string        `json:"keyId"`
	PrivateKey    string        `json:"privateKey"`    // PKCS #8, PEM
	PrivateKeyHex string        `json:"privateKeyHex"` // the same, for libraries that take the number
	SystemID      string        `json:"systemId"`
	OrgName       string        `json:"orgName"`
	ItemName      string        `json:"itemName"`
	ItemCode      string        `json:"itemCode"`
	Username      string        `json:"username"`
	Case          string        `json:"case"`       // open, at acceptance
	ClosedCase    string        `json:"closedCase"` // closed: refused
	Applicant     feed.Person   `json:"applicant"`
	Person        feed.Person   `json:"representative"`
	Stranger      feed.Person   `json:"stranger"` // no party of the case
	Types         SandboxTypes  `json:"types"`
	Licenses      SandboxOwners `json:"licenses"`
}

// SandboxTypes are codes of license types.
type SandboxTypes struct {
	Business string `json:"businessLicense"`
	Identity string `json:"identityCard"`
	Marriage string `json:"notRegistered"` // the application has no right to it
}

// SandboxOwners are identifiers of licenses.
type SandboxOwners struct {
	Business string `json:"businessLicense"`
	Identity string `json:"identityCard"`
	Stranger string `json:"strangersIdentityCard"`
}

const (
	sandboxName  = "餐饮许可业务系统（联调沙箱）"
	sandboxClerk = "sandbox-clerk"
)

// sandbox enters the application, its key and its cases, and leaves the file for developers.
func (s *setup) sandbox(ctx context.Context) error {
	by, err := s.by(digitalOffice, "联调沙箱，供开发人员试用共享接口")
	if err != nil {
		return err
	}
	private, public, scalar, err := gm.NewPrivateKey()
	if err != nil {
		return err
	}
	box := Sandbox{PrivateKey: string(private), PrivateKeyHex: scalar, Username: sandboxClerk, Case: "SANDBOX-1", ClosedCase: "SANDBOX-2", ItemCode: sandboxMatter}
	if err := s.sandboxFacts(ctx, &box); err != nil {
		return err
	}
	var x org.System
	err = s.app.DB.Write(ctx, func(tx *db.Tx) error {
		m, err := s.app.Matters.Get(ctx, tx, sandboxMatter)
		if err != nil {
			return err
		}
		unit, err := s.app.Units.Get(ctx, tx, m.Unit)
		if err != nil {
			return err
		}
		box.OrgName, box.ItemName = unit.Name, m.Name
		x, err = s.app.Units.SaveSystem(ctx, tx, by, org.System{Unit: m.Unit, Name: sandboxName, Matters: []string{sandboxMatter}, Connection: org.ByAPI,
			Since: s.day(-1).Format(time.DateOnly), Health: "ok", HealthAt: s.app.Clock.Now()})
		if err != nil {
			return err
		}
		k, err := s.app.Feed.AddKey(ctx, tx, by, x.ID, string(public))
		if err != nil {
			return err
		}
		box.SystemID, box.KeyID = x.ID, k.ID
		_, err = s.app.Callers.Save(ctx, tx, by, caller.Application{SystemID: x.ID, Addresses: []string{"127.0.0.0/8", "::1/128", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"},
			Types: []caller.Allowed{
				{Type: box.Types.Business, Rights: access.Rights, PerDay: 10_000}, {Type: box.Types.Identity, Rights: access.Rights, PerDay: 10_000},
			}, ValidFrom: s.day(-1)})
		return err
	})
	if err != nil {
		return fmt.Errorf("enter the sandbox: %w", err)
	}
	if err := s.sandboxCases(ctx, x, box); err != nil {
		return err
	}
	text, err := json.MarshalIndent(box, "", "  ") //nolint:gosec // the demonstration gives this key away
	if err != nil {
		return fmt.Errorf("encode the sandbox: %w", err)
	}
	if err := os.WriteFile(filepath.Join(s.app.Config.Data, app.SandboxFile), text, 0o600); err != nil {
		return fmt.Errorf("write the sandbox: %w", err)
	}
	return nil
}

// sandboxMatter is the matter on which the sandbox works.
const sandboxMatter = "11350102YX0100017G4350131901001"

// sandboxFacts names the people and licenses to try with.
func (s *setup) sandboxFacts(ctx context.Context, box *Sandbox) error {
	for key, to := range map[string]*feed.Person{"food-firm": &box.Applicant, "owner": &box.Person, "father": &box.Stranger} {
		who, ok := s.city.Cast(key)
		if !ok {
			return fmt.Errorf("the cast has no %s", key)
		}
		*to = feed.Person{Code: who.Code, Name: who.Name}
	}
	for key, to := range map[string]*string{"business-license": &box.Types.Business, "identity-card": &box.Types.Identity, "marriage-certificate": &box.Types.Marriage} {
		t, err := s.city.Type(key)
		if err != nil {
			return err
		}
		*to = t.Code
	}
	return s.app.DB.Read(ctx, func(q *db.Tx) error {
		for _, x := range []struct {
			login, code string
			to          *string
		}{{"food-firm", box.Types.Business, &box.Licenses.Business}, {"owner", box.Types.Identity, &box.Licenses.Identity}, {"father", box.Types.Identity, &box.Licenses.Stranger}} {
			who := s.actors[x.login]
			if who == nil {
				return fmt.Errorf("nobody is called %s", x.login)
			}
			held, err := s.app.Licenses.Held(ctx, q, who.HolderID, x.code)
			if err != nil || len(held) == 0 {
				return fmt.Errorf("%s holds no license to try with (%w)", x.login, err)
			}
			*x.to = held[0].Identifier
		}
		return nil
	})
}

// sandboxCases sends an open case and a closed one, as the department's system would.
func (s *setup) sandboxCases(ctx context.Context, x org.System, box Sandbox) error {
	now := s.app.Clock.Now()
	opened := feed.Message{Seq: 1, CaseNo: box.Case, Matter: sandboxMatter, Unit: x.Unit, Event: feed.Opened, At: now.Add(-time.Hour), HolderCode: box.Applicant.Code,
		HolderName: box.Applicant.Name, Progress: feed.Progress{Stage: matter.Accept, Clerk: sandboxClerk, Parties: map[matter.Party]feed.Person{matter.Representative: box.Person}}}
	other, closed := opened, opened
	other.Seq, other.CaseNo = 2, box.ClosedCase
	closed.Seq, closed.CaseNo, closed.Event, closed.At, closed.Outcome = 3, box.ClosedCase, feed.Closed, now.Add(-time.Minute), "refused"
	results, err := s.app.Feed.Take(ctx, x, []feed.Message{opened, other, closed})
	if err != nil {
		return err
	}
	for _, r := range results {
		if r.Status != feed.Taken {
			return fmt.Errorf("a case of the sandbox was not taken: %s", r.Code)
		}
	}
	return nil
}
