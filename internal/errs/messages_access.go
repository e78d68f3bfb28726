package errs

// accessMessages are the reasons of the door's refusals: one per rule of policy/, under the rule's id.
var accessMessages = messages{
	"access.case.open":          {"办件不存在或已办结，没有用证的依据（榕政办〔2018〕214号第十二条）。", "The case does not exist or is closed; there is no ground for use (榕政办〔2018〕214号 art. 12)."},
	"access.case.matter":        {"证照用途与本办件的事项不符。", "The use is not for the matter of this case."},
	"access.case.stage":         {"这项材料在办件的当前环节不能取用。", "This material may not be read at the case's present stage."},
	"access.case.party":         {"持证主体不是本办件的当事人，或本事项不需要这位当事人的该证照。", "The holder is not a party to this case, or the matter does not ask for this party's license."},
	"access.case.type":          {"本办件事项未绑定该证照类型。", "The matter of this case does not bind this license type."},
	"access.case.clerk":         {"办件现不由您经办。", "You are not the assigned clerk of this case."},
	"access.case.unit":          {"办件不由您的单位办理。", "Your unit does not handle this case."},
	"access.case.time":          {"用证码已过期或已失效，请重新打开办件。", "The use grant has expired or ended; open the case again."},
	"access.license.state":      {"证照现在的状态不能用于办事。", "The license may not be used in its present state."},
	"access.self.published":     {"这本证照还没有发布，请等待签发单位复核。", "This license is not published yet; the issuer is still reviewing it."},
	"access.self.holder":        {"只能查看自己的证照。", "You may only read your own licenses."},
	"access.present.live":       {"这次出示已核验、收回或过期。", "The presentation was checked, ended or has expired."},
	"access.issuing.unit":       {"只有签发单位可以因制证、变更、纠错查看。", "Only the issuing unit may look, to make, change or correct."},
	"access.issuing.task":       {"没有进行中的制证任务。", "There is no open task of making."},
	"access.share.live":         {"这次授权已收回、到期、用完或锁定。", "This authorisation was ended, has run out or is locked."},
	"access.share.state":        {"证照现在的状态不能再提供下载。", "In its present state the license is no longer given for download."},
	"access.commitment.waiting": {"没有等待补取的承诺。", "No commitment waits for this license."},
	"access.commitment.party":   {"承诺的材料不是这位持证主体的。", "The material committed to is not of this holder."},
	"access.commitment.type":    {"承诺的材料不是这种证照。", "The material committed to is not this type of license."},
	"access.commitment.time":    {"承诺的期限已过去太久，不能再补取。", "The commitment's deadline passed too long ago for fetching."},
	"access.commitment.license": {"承诺的证照现在的状态不能用于办事。", "The license committed to may not be used in its present state."},
	"access.default":            {"没有允许这次用证的依据。", "No ground permits this use."},
	"access.token":              {"取用凭据不正确或已使用过。", "The use token is wrong or was already used."},
}
