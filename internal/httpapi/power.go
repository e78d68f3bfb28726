package httpapi

import (
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/errs"
)

// What an operation of holders needs of who acts for another one, besides the powers of authn.
const (
	powerAny  = "any"  // whatever power, as long as the relation is in force
	powerNone = "none" // none: it concerns the account, not whom it acts for
	powerSelf = "self" // only the person concerned, never somebody for them
	powerFile = "file" // to apply or to read: what the holder wrote to offices and what was done with it
)

// powers are the operations that need other than the usual: any power to see what there is, the power to apply to
// change something.
var powers = map[string]string{
	"showLicense": authn.PowerShow, "getPresentation": authn.PowerShow, "endPresentation": authn.PowerShow,
	"shareLicense": authn.PowerShow, "listShares": authn.PowerShow, "getShare": authn.PowerShow, "endShare": authn.PowerShow,
	"askToShow": authn.PowerShow, "getShowRequest": authn.PowerShow, "endShowRequest": authn.PowerShow, "receiveShown": authn.PowerShow,
	"getAsked": authn.PowerShow, "consentToShow": authn.PowerShow, "refuseToShow": authn.PowerShow,
	"listMyAuthorisations": authn.PowerShow, "giveAuthorisation": authn.PowerShow, "getMyAuthorisation": authn.PowerShow,
	"agreeToAuthorisation": authn.PowerShow, "refuseAuthorisation": authn.PowerShow, "withdrawAuthorisation": authn.PowerShow,
	"askAuthorisation": authn.PowerShow, "listAuthorisations": authn.PowerShow, "getAuthorisation": authn.PowerShow,
	"retractAuthorisation": authn.PowerShow, "readAuthorised": authn.PowerShow,
	"listMyAppeals": powerFile, "getMyAppeal": powerFile, "listAvailability": powerFile, "getAvailability": powerFile,
	"getMyAttachment": powerFile, "listOwnCommitments": powerFile,
	"getMyDossier": authn.PowerRead, "getMyLicense": authn.PowerRead, "previewMyLicense": authn.PowerRead, "getMyLicenseFile": authn.PowerRead,
	"listRelations": powerNone, "setActing": powerNone, "makePresence": powerNone, "listFamilyLicenses": powerNone,
	"askRelation": powerSelf, "answerRelation": powerSelf, "endRelation": powerSelf,
	"makeMySeal": powerSelf, "signWithMySeal": powerSelf,
}

func powerOf(op huma.Operation) string {
	if p, ok := powers[op.OperationID]; ok {
		return p
	}
	if op.Method == http.MethodGet {
		return powerAny
	}
	return authn.PowerApply
}

// mayActing says why somebody who acts for another may not call an operation of holders; nil when they may. The domain
// and the door hold it against the same powers again where data are given out.
func mayActing(a *authn.Actor, op huma.Operation) error {
	if a.Acting == nil {
		return nil
	}
	switch p := powerOf(op); {
	case p == powerNone:
		return nil
	case len(a.Acting.Powers) == 0:
		return errs.New(errs.Denied, "acting.over")
	case p == powerSelf:
		return errs.New(errs.Denied, "acting.self")
	case p == powerFile && !a.May(authn.PowerApply) && !a.May(authn.PowerRead), p != powerAny && p != powerFile && !a.May(p):
		return errs.New(errs.Denied, "acting.power")
	}
	return nil
}
