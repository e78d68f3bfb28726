package httpapi

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/change"
	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/db"
)

const tagAccount = "账号 Accounts"

// Account is an account of staff as the administrator sees it. Login names are not kept in clear and not shown.
type Account struct {
	ID        string    `json:"id"`
	Name      string    `json:"name"`
	Unit      Named     `json:"unit"`
	Roles     []string  `json:"roles"`
	State     string    `json:"state" enum:"active,stopped"`
	CreatedAt time.Time `json:"createdAt"`
	Version   int64     `json:"version"`
}

type accountsInput struct {
	Language
	Page
	Unit  string `query:"unitId" maxLength:"18"`
	Role  string `query:"role" maxLength:"20"`
	State string `query:"state" enum:"active,stopped"`
	Login string `query:"login" maxLength:"128" doc:"The whole login name."`
}

type accountsOutput struct {
	Body struct {
		Items []Account `json:"items"`
		Total int       `json:"total"`
	}
}

// AccountPath names an account in the address.
type AccountPath struct {
	Language
	AccountID string `path:"accountId" format:"uuid"`
}

type accountOutput struct{ Body Account }

type accountCreateInput struct {
	Language
	Body struct {
		Login  string   `json:"login" minLength:"2" maxLength:"64" doc:"Case and width do not matter."`
		Name   string   `json:"name" minLength:"1" maxLength:"60" doc:"Full name of the person."`
		UnitID string   `json:"unitId" minLength:"18" maxLength:"18"`
		Roles  []string `json:"roles" minItems:"1" maxItems:"8"`
		Why
	}
}

// accountSecretOutput carries a new password, this once.
type accountSecretOutput struct {
	Body struct {
		Account
		Password string `json:"password" doc:"Shown this once and kept nowhere. Hand it over in person."`
	}
}

type accountUpdateInput struct {
	AccountPath
	Body struct {
		Name    string   `json:"name,omitempty" maxLength:"60" doc:"Absent: as it is."`
		UnitID  string   `json:"unitId" minLength:"18" maxLength:"18"`
		Roles   []string `json:"roles" minItems:"1" maxItems:"8"`
		Version int64    `json:"version"`
		Why
	}
}

type accountStepInput struct {
	AccountPath
	Body struct {
		Version int64 `json:"version"`
		Why
	}
}

// RoleWord is a role with its name and what it may not be held together with.
type RoleWord struct {
	Role  string   `json:"role"`
	Label string   `json:"label"`
	Apart []string `json:"apart" doc:"Roles that the same account may not hold (三员分立)."`
}

type rolesOutput struct {
	Body struct {
		Items []RoleWord `json:"items"`
	}
}

func registerAccount(api huma.API, d Deps) {
	op := func(id, method, path, zh, en string, errors ...int) huma.Operation {
		return require(api, huma.Operation{OperationID: id, Method: method, Path: path, Tags: []string{tagAccount}, Summary: zh,
			Description: en, Errors: errors}, RoleAdmin)
	}
	huma.Register(api, op("listAccounts", http.MethodGet, "/api/v1/accounts", "账号列表",
		"Accounts of staff, the newest first. Names are ciphertext at rest and cannot be searched; a login name is found as a whole."), d.listAccounts)
	create := op("createAccount", http.MethodPost, "/api/v1/accounts", "新建账号",
		"Make an account of staff. Its first password is made here and stands in the answer, this once.", http.StatusNotFound, http.StatusConflict)
	create.DefaultStatus = http.StatusCreated
	huma.Register(api, confirmed(api, d, create), d.createAccount)
	huma.Register(api, op("listRoles", http.MethodGet, "/api/v1/roles", "岗位列表", "The roles that an account can hold, and which exclude each other."), d.listRoles)
	huma.Register(api, op("getAccount", http.MethodGet, "/api/v1/accounts/{accountId}", "账号详情", "One account.", http.StatusNotFound), d.getAccount)
	huma.Register(api, confirmed(api, d, op("updateAccount", http.MethodPut, "/api/v1/accounts/{accountId}", "修改账号",
		"Change unit and roles. Takes effect with the account's next request.", http.StatusNotFound, http.StatusConflict)), d.updateAccount)
	huma.Register(api, op("stopAccount", http.MethodPost, "/api/v1/accounts/{accountId}/stop", "停用账号",
		"Stop an account; its sessions end at once, and its posts become vacant.", http.StatusNotFound, http.StatusConflict), d.stopAccount)
	huma.Register(api, confirmed(api, d, op("startAccount", http.MethodPost, "/api/v1/accounts/{accountId}/start", "启用账号",
		"Let an account be used again.", http.StatusNotFound, http.StatusConflict)), d.startAccount)
	huma.Register(api, confirmed(api, d, op("resetPassword", http.MethodPost, "/api/v1/accounts/{accountId}/password", "重置密码",
		"Make a new password; it stands in the answer, this once. The account's sessions end.", http.StatusNotFound, http.StatusConflict)), d.resetPassword)
	huma.Register(api, confirmed(api, d, op("resetFactors", http.MethodPost, "/api/v1/accounts/{accountId}/factors/reset", "重置确认方式",
		"Take the lost factors (确认方式) from another's account. Its password is renewed with them and stands in the answer, this once; its sessions end, and after the next sign-in nothing is open to it but to enrol anew. The owner is told.",
		http.StatusNotFound, http.StatusConflict, http.StatusForbidden)), d.resetFactors)
}

func (d Deps) listAccounts(ctx context.Context, in *accountsInput) (*accountsOutput, error) {
	out := &accountsOutput{}
	out.Body.Items = []Account{}
	err := d.DB.Read(ctx, func(q *db.Tx) error {
		found, total, err := d.Accounts.List(ctx, q, authn.StaffFilter{UnitID: in.Unit, Role: in.Role, State: in.State, Login: in.Login,
			Limit: in.Limit, Offset: in.Offset})
		if err != nil {
			return err
		}
		out.Body.Total = total
		for _, a := range found {
			x, err := d.account(ctx, q, a, in.lang())
			if err != nil {
				return err
			}
			out.Body.Items = append(out.Body.Items, x)
		}
		return nil
	})
	return out, err
}

func (d Deps) account(ctx context.Context, q *db.Tx, a authn.Staff, lang string) (Account, error) {
	unit, err := d.unitNamed(ctx, q, a.UnitID, lang)
	state := "active"
	if !a.Active {
		state = "stopped"
	}
	return Account{ID: a.ID, Name: a.Name, Unit: unit, Roles: append([]string{}, a.Roles...), State: state,
		CreatedAt: a.CreatedAt.In(clock.Shanghai), Version: a.Version}, err
}

// accountNow is an account as it stands: the answer to every change of it.
func (d Deps) accountNow(ctx context.Context, id, lang string) (*accountOutput, error) {
	out := &accountOutput{}
	err := d.DB.Read(ctx, func(q *db.Tx) error {
		a, err := d.Accounts.Staff(ctx, q, id)
		if err != nil {
			return err
		}
		out.Body, err = d.account(ctx, q, a, lang)
		return err
	})
	return out, err
}

// accountSecret is accountNow with a password that is shown this once.
func (d Deps) accountSecret(ctx context.Context, id, password, lang string) (*accountSecretOutput, error) {
	now, err := d.accountNow(ctx, id, lang)
	if err != nil {
		return nil, err
	}
	out := &accountSecretOutput{}
	out.Body.Account, out.Body.Password = now.Body, password
	return out, nil
}

func (d Deps) createAccount(ctx context.Context, in *accountCreateInput) (*accountSecretOutput, error) {
	b := in.Body
	a, password, err := d.Units.NewAccount(ctx, change.Of(actorFrom(ctx), b.Reason), authn.Account{Login: b.Login, Name: b.Name, UnitID: b.UnitID, Roles: b.Roles})
	if err != nil {
		return nil, err
	}
	return d.accountSecret(ctx, a.ID, password, in.lang())
}

var roleWords = map[string][2]string{
	RoleClerk: {"经办", "clerk"}, RoleApprover: {"审批", "approver"}, RoleReviewer: {"签发单位复核", "issuer's reviewer"}, RoleVerifier: {"核验", "verifier"},
	RoleCatalog: {"目录编制", "catalogue officer"}, RoleDigital: {"数字办", "digital office"}, RoleMatters: {"审改办", "matter office"}, RoleAdmin: {"系统管理员", "administrator"},
	RoleSupervisor: {"监督", "supervisor"}, RoleSealManager: {"印章管理", "seal manager"}, RoleSealUser: {"用印", "seal user"}, RoleSealAuditor: {"用印审计", "seal auditor"},
}

func (d Deps) listRoles(_ context.Context, in *struct{ Language }) (*rolesOutput, error) {
	out := &rolesOutput{}
	out.Body.Items = []RoleWord{}
	for _, r := range authn.StaffRoles() {
		words := roleWords[r]
		out.Body.Items = append(out.Body.Items, RoleWord{Role: r, Label: choose(in.lang(), words[0], words[1]), Apart: authn.Apart(r)})
	}
	return out, nil
}

func (d Deps) getAccount(ctx context.Context, in *AccountPath) (*accountOutput, error) {
	return d.accountNow(ctx, in.AccountID, in.lang())
}

func (d Deps) updateAccount(ctx context.Context, in *accountUpdateInput) (*accountOutput, error) {
	err := d.DB.Write(ctx, func(tx *db.Tx) error {
		_, err := d.Units.ChangeAccount(ctx, tx, change.Of(actorFrom(ctx), in.Body.Reason), authn.Staff{ID: in.AccountID, Name: in.Body.Name,
			UnitID: in.Body.UnitID, Roles: in.Body.Roles, Version: in.Body.Version})
		return err
	})
	if err != nil {
		return nil, err
	}
	return d.accountNow(ctx, in.AccountID, in.lang())
}

func (d Deps) stopAccount(ctx context.Context, in *accountStepInput) (*accountOutput, error) {
	return d.setAccountActive(ctx, in, false)
}

func (d Deps) startAccount(ctx context.Context, in *accountStepInput) (*accountOutput, error) {
	return d.setAccountActive(ctx, in, true)
}

func (d Deps) setAccountActive(ctx context.Context, in *accountStepInput, active bool) (*accountOutput, error) {
	err := d.DB.Write(ctx, func(tx *db.Tx) error {
		_, err := d.Units.SetAccountActive(ctx, tx, change.Of(actorFrom(ctx), in.Body.Reason), in.AccountID, in.Body.Version, active)
		return err
	})
	if err != nil {
		return nil, err
	}
	return d.accountNow(ctx, in.AccountID, in.lang())
}

func (d Deps) resetPassword(ctx context.Context, in *accountStepInput) (*accountSecretOutput, error) {
	a, password, err := d.Units.NewPassword(ctx, change.Of(actorFrom(ctx), in.Body.Reason), in.AccountID, in.Body.Version)
	if err != nil {
		return nil, err
	}
	return d.accountSecret(ctx, a.ID, password, in.lang())
}

func (d Deps) resetFactors(ctx context.Context, in *accountStepInput) (*accountSecretOutput, error) {
	a, password, err := d.Units.ResetFactors(ctx, change.Of(actorFrom(ctx), in.Body.Reason), in.AccountID, in.Body.Version)
	if err != nil {
		return nil, err
	}
	return d.accountSecret(ctx, a.ID, password, in.lang())
}
