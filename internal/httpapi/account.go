package httpapi

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
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
	huma.Register(api, create, d.createAccount)
	huma.Register(api, op("listRoles", http.MethodGet, "/api/v1/roles", "岗位列表", "The roles that an account can hold, and which exclude each other."), d.listRoles)
	huma.Register(api, op("getAccount", http.MethodGet, "/api/v1/accounts/{accountId}", "账号详情", "One account.", http.StatusNotFound), d.getAccount)
	huma.Register(api, op("updateAccount", http.MethodPut, "/api/v1/accounts/{accountId}", "修改账号",
		"Change unit and roles. Takes effect with the account's next request.", http.StatusNotFound, http.StatusConflict), d.updateAccount)
	huma.Register(api, op("stopAccount", http.MethodPost, "/api/v1/accounts/{accountId}/stop", "停用账号",
		"Stop an account; its sessions end at once, and its posts become vacant.", http.StatusNotFound, http.StatusConflict), d.stopAccount)
	huma.Register(api, op("startAccount", http.MethodPost, "/api/v1/accounts/{accountId}/start", "启用账号",
		"Let an account be used again.", http.StatusNotFound, http.StatusConflict), d.startAccount)
	huma.Register(api, op("resetPassword", http.MethodPost, "/api/v1/accounts/{accountId}/password", "重置密码",
		"Make a new password; it stands in the answer, this once. The account's sessions end.", http.StatusNotFound, http.StatusConflict), d.resetPassword)
}

func (d Deps) listAccounts(context.Context, *accountsInput) (*accountsOutput, error) {
	return nil, soon
}

func (d Deps) createAccount(context.Context, *accountCreateInput) (*accountSecretOutput, error) {
	return nil, soon
}

func (d Deps) listRoles(context.Context, *struct{ Language }) (*rolesOutput, error) { return nil, soon }

func (d Deps) getAccount(context.Context, *AccountPath) (*accountOutput, error) { return nil, soon }

func (d Deps) updateAccount(context.Context, *accountUpdateInput) (*accountOutput, error) {
	return nil, soon
}

func (d Deps) stopAccount(context.Context, *accountStepInput) (*accountOutput, error) {
	return nil, soon
}

func (d Deps) startAccount(context.Context, *accountStepInput) (*accountOutput, error) {
	return nil, soon
}

func (d Deps) resetPassword(context.Context, *accountStepInput) (*accountSecretOutput, error) {
	return nil, soon
}
