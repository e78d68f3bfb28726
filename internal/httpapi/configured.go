package httpapi

import (
	"github.com/danielgtaylor/huma/v2"

	"github.com/yinxin-org/yinxin/internal/authn"
)

// Page is which part of a list is wanted.
type Page struct {
	Limit  int `query:"limit" minimum:"1" maximum:"100" default:"30" doc:"How many at most."`
	Offset int `query:"offset" minimum:"0" maximum:"1000000" default:"0" doc:"How many to leave out from the beginning."`
}

// Why is the part of every configuration change's body that says why; it goes into the trail.
type Why struct {
	Reason string `json:"reason" minLength:"2" maxLength:"200" doc:"Why; kept in the trail of changes. No personal data."`
}

// staff are all roles of people who work for a unit.
var staff = []string{RoleClerk, RoleApprover, RoleReviewer, RoleVerifier, RoleCatalog, RoleDigital, RoleMatters, RoleAdmin, RoleSupervisor,
	RoleSealManager, RoleSealUser, RoleSealAuditor}

// ownUnit is the unit whose things an actor may see or change: "" for all units, if one of the roles is held, or
// else the actor's own.
func ownUnit(a *authn.Actor, everywhere ...string) string {
	if a.Has(everywhere...) {
		return ""
	}
	return a.UnitID
}

// registerOrg registers what is configured about units, people, regions, codes and days.
func registerOrg(api huma.API, d Deps) {
	for _, register := range []func(huma.API, Deps){registerUnit, registerReorganisation, registerMandate, registerDuty, registerSystem,
		registerAccount, registerRegion, registerCodeTable, registerCalendar, registerChange, registerTask, registerSeal, registerReseal, registerSealRequest, registerSealDesk, registerSealStandIn,
		registerOwnSeal} {
		register(api, d)
	}
}
