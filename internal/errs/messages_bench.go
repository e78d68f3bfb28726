package errs

// benchMessages are about what could not be fetched, and what people do then.
var benchMessages = messages{
	"material.source-down": {"{source}现在没有应答，暂时调不到这本证照。可以容缺受理或者由申请人承诺，来源恢复后自动调取。", "{source} does not answer now, so the license cannot be had. The case can go on by a commitment of the applicant; it is fetched by itself when the source returns."},
	"material.source-says": {"{source}称证照现为“{state}”，不能用于本次办理。", "{source} says the license is {stateEn}; it cannot be used for this case."},
	"material.in-making":   {"这本证照已经准予，正在制作，应于{date}前发布。", "This license was granted and is being made; it is due by {date}."},
	"material.late":        {"这本证照应于{date}前制成发布，至今没有（应制未制）。可以催办签发单位。", "This license was due by {date} and is not there yet. You can chase its issuer."},
	"material.unbound":     {"本事项的这项材料还没有绑定证照类型，请按普通材料接收。", "No license type is bound to this material of the matter yet; accept it as it is."},
}
