import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.HexFormat;
import java.math.BigInteger;
import java.security.SecureRandom;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import org.bouncycastle.asn1.gm.GMNamedCurves;
import org.bouncycastle.asn1.x9.X9ECParameters;
import org.bouncycastle.crypto.digests.SM3Digest;
import org.bouncycastle.crypto.params.ECDomainParameters;
import org.bouncycastle.crypto.params.ECPrivateKeyParameters;
import org.bouncycastle.crypto.signers.SM2Signer;

/** Calls the share interface of a demonstration: every permitted call, and calls that are refused, one line each. */
public final class Share {
  private final String base;
  private final JsonObject box;
  private final ECPrivateKeyParameters key;
  private final HttpClient client = HttpClient.newHttpClient();

  private Share(String base) throws Exception {
    this.base = base;
    box = JsonParser.parseString(client.send(HttpRequest.newBuilder(URI.create(base + "/docs/sandbox.json")).build(),
        HttpResponse.BodyHandlers.ofString()).body()).getAsJsonObject();
    X9ECParameters p = GMNamedCurves.getByName("sm2p256v1");
    key = new ECPrivateKeyParameters(new BigInteger(box.get("privateKeyHex").getAsString(), 16),
        new ECDomainParameters(p.getCurve(), p.getG(), p.getN(), p.getH()));
  }

  public static void main(String[] args) throws Exception {
    Share share = new Share(args.length > 0 ? args[0] : "http://127.0.0.1:8080");
    Path list = Path.of(args.length > 1 ? args[1] : "examples/share/calls.json");
    for (JsonElement call : JsonParser.parseString(Files.readString(list)).getAsJsonArray()) {
      System.out.println(share.send(call.getAsJsonObject()));
    }
  }

  /** Puts what the sandbox names into a call: "$types.identityCard" is the code of that type. */
  private JsonObject fill(JsonObject values) {
    JsonObject out = new JsonObject();
    for (String name : values.keySet()) {
      String value = values.get(name).getAsString();
      if (value.startsWith("$")) {
        JsonElement at = box;
        for (String step : value.substring(1).split("\\.")) {
          at = at.getAsJsonObject().get(step);
        }
        value = at.getAsString();
      }
      out.addProperty(name, value);
    }
    return out;
  }

  private String send(JsonObject call) throws Exception {
    JsonObject head = new JsonObject();
    for (String name : new String[] {"orgName", "username", "itemName", "itemCode"}) {
      head.addProperty(name, "$" + name);
    }
    head.addProperty("businessCode", "$case");
    if (call.has("head")) {
      JsonObject other = call.getAsJsonObject("head");
      other.keySet().forEach(name -> head.add(name, other.get(name)));
    }
    JsonObject envelope = new JsonObject();
    envelope.add("head", fill(head));
    envelope.add("data", fill(call.getAsJsonObject("data")));
    byte[] body = envelope.toString().getBytes(StandardCharsets.UTF_8);
    // What is signed: method, path, time, nonce and the SM3 of the body, each but the last followed by a line feed.
    String path = "/api/v1/elssp/" + call.get("operation").getAsString();
    String at = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
    byte[] random = new byte[16];
    new SecureRandom().nextBytes(random);
    String nonce = HexFormat.of().formatHex(random);
    SM3Digest digest = new SM3Digest();
    digest.update(body, 0, body.length);
    byte[] sum = new byte[32];
    digest.doFinal(sum, 0);
    byte[] text = String.join("\n", "POST", path, at, nonce, HexFormat.of().formatHex(sum)).getBytes(StandardCharsets.UTF_8);
    SM2Signer signer = new SM2Signer(); // SM3 and the default user id; the signature is DER
    signer.init(true, key);
    signer.update(text, 0, text.length);
    String signature = Base64.getEncoder().encodeToString(signer.generateSignature());
    if (call.has("break")) {
      nonce = "0" + nonce;
    }
    HttpRequest request = HttpRequest.newBuilder(URI.create(base + path)).header("Content-Type", "application/json")
        .header("X-Yinxin-Key", box.get("keyId").getAsString()).header("X-Yinxin-Time", at).header("X-Yinxin-Nonce", nonce)
        .header("X-Yinxin-Signature", signature).POST(HttpRequest.BodyPublishers.ofByteArray(body)).build();
    JsonObject answer = JsonParser.parseString(client.send(request, HttpResponse.BodyHandlers.ofString()).body()).getAsJsonObject().getAsJsonObject("head");
    StringBuilder line = new StringBuilder(call.get("name").getAsString() + ": " + answer.get("status").getAsString());
    JsonArray reasons = answer.has("reasons") ? answer.getAsJsonArray("reasons") : new JsonArray();
    reasons.forEach(r -> line.append(' ').append(r.getAsJsonObject().get("code").getAsString()));
    return line.toString();
  }
}
