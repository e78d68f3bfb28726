package errs

// benchMessages are about what could not be fetched, and what people do then.
var benchMessages = messages{
	"material.source-down":       {"{source}现在没有应答，暂时调不到这本证照。可以容缺受理或者由申请人承诺，来源恢复后自动调取。", "{source} does not answer now, so the license cannot be had. The case can go on by a commitment of the applicant; it is fetched by itself when the source returns."},
	"material.source-wrong":      {"{source}给出的证照文件没有通过核验，不能采用。可以容缺受理或者由申请人承诺，来源改正后自动调取。", "The file that {source} gave does not hold and cannot be relied on. The case can go on with a commitment; the license is fetched when the source is right again."},
	"material.source-none":       {"本平台没有接入保管这类证照的来源系统，暂时调不到这本证照。请联系运行人员。", "The platform is not connected to the system that keeps licenses of this type, so the license cannot be had. Tell the operators."},
	"material.source-says":       {"{source}称证照现为“{state}”，不能用于本次办理。", "{source} says the license is {stateEn}; it cannot be used for this case."},
	"material.in-making":         {"这本证照已经准予，正在制作，应于{date}前发布。", "This license was granted and is being made; it is due by {date}."},
	"material.late":              {"这本证照应于{date}前制成发布，至今没有（应制未制）。可以催办签发单位。", "This license was due by {date} and is not there yet. You can chase its issuer."},
	"case.commitment-unknown":    {"这项材料没有承诺。", "There is no commitment for this material."},
	"case.commitment-not-needed": {"只有证照调不到的材料可以承诺；这项材料不是。", "A commitment is for a material whose license cannot be had; this one is not."},
	"case.commitment-days":       {"承诺期限为1至{max}个工作日。", "The deadline is 1 to {max} working days."},
	"case.commitment-signed":     {"这份承诺已经签署，或者已经结束。", "This commitment was signed already, or has ended."},
	"case.commitment-late":       {"承诺的期限已过，请经办人重新发起。", "The deadline of this commitment has passed; ask the clerk for a new one."},
	"case.commitment-quiet":      {"这份承诺没有逾期，也没有不符，不需要处理。", "This commitment is neither late nor contradicted; there is nothing to do."},
	"case.chase-nobody":          {"这项材料没有可以催办的单位。证照的状态要由持证人自己办理。", "Nobody can be chased for this material; only its holder can change how the license stands."},
	"case.chased-today":          {"今天已经催办过，明天可以再催。", "It was chased today; you can chase again tomorrow."},
	"case.reassign-same":         {"办件已经由这位同事经办。", "This colleague handles the case already."},
	"case.reassign-unable":       {"请选本单位在岗、有这个环节岗位的同事。", "Choose an active colleague of your unit who holds the role of this stage."},
	"material.unbound":           {"本事项的这项材料还没有绑定证照类型，请按普通材料接收。", "No license type is bound to this material of the matter yet; accept it as it is."},
}
