package authn

import (
	"slices"

	"github.com/yinxin-org/yinxin/internal/errs"
)

// The roles of accounts (岗位).
const (
	RoleClerk    = "clerk"    // 经办
	RoleApprover = "approver" // 审批
	RoleReviewer = "reviewer" // 签发单位复核
	RoleVerifier = "verifier" // 核验
	RoleHolder   = "holder"   // 持证主体

	RoleCatalog = "catalog" // 目录编制: drafts types, lists and bindings of the own unit, claims types for it
	RoleDigital = "digital" // 数字办: reviews and publishes the catalogue, lists and scenarios
	RoleMatters = "matters" // 审改办: matters, their materials and bindings
	RoleAdmin   = "admin"   // 系统管理员: units, accounts, regions, code tables, calendar

	RoleSupervisor = "supervisor" // 监督: complaints and violations of the units below the own one

	RoleSealManager = "seal-manager" // 印章管理: approves, makes, stops and revokes seals of the own unit and those below it
	RoleSealUser    = "seal-user"    // 用印: lets the unit's seal be used
	RoleSealAuditor = "seal-auditor" // 用印审计: reads the log of use, and has no other power over seals
)

// StaffRoles are the roles that a unit's staff can hold.
func StaffRoles() []string {
	return []string{RoleClerk, RoleApprover, RoleReviewer, RoleVerifier, RoleCatalog, RoleDigital, RoleMatters, RoleAdmin, RoleSupervisor,
		RoleSealManager, RoleSealUser, RoleSealAuditor}
}

// Apart are the roles that may not be held together with one (三员分立): who administers the system does no other
// work in it, and who reads the log of seals neither manages nor uses any.
func Apart(role string) []string {
	others := slices.DeleteFunc(StaffRoles(), func(r string) bool { return r == RoleAdmin })
	switch {
	case role == RoleAdmin:
		return others
	case role == RoleSealAuditor:
		return []string{RoleAdmin, RoleSealManager, RoleSealUser}
	case role == RoleSealManager || role == RoleSealUser:
		return []string{RoleAdmin, RoleSealAuditor}
	case slices.Contains(others, role):
		return []string{RoleAdmin}
	default:
		return nil
	}
}

// CheckRoles holds the roles of a member of staff against the list of roles and against Apart.
func CheckRoles(roles []string) error {
	if len(roles) == 0 {
		return errs.New(errs.Invalid, "field.required").On("roles")
	}
	for i, r := range roles {
		if !slices.Contains(StaffRoles(), r) {
			return errs.New(errs.Invalid, "field.option").On("roles")
		}
		if slices.Contains(roles[:i], r) {
			return errs.New(errs.Invalid, "field.count").On("roles")
		}
		if slices.ContainsFunc(roles, func(other string) bool { return slices.Contains(Apart(r), other) }) {
			return errs.New(errs.Invalid, "authn.apart").On("roles")
		}
	}
	return nil
}
