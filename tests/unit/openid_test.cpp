#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "stimmbuch/adapters/identity/openid_issuers.hpp"
#include "support/jwt_issuer.hpp"
#include "support/temporary_directory.hpp"

namespace stimmbuch::identity {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using nlohmann::json;
using test::SigningKey;

// Each made once and only where it is needed: RSA keys take long.
const SigningKey& rs256_key() {
  static const auto key = SigningKey::rsa("rsa", "RS256");
  return key;
}
const SigningKey& ps256_key() {
  static const auto key = SigningKey::rsa("pss", "PS256");
  return key;
}
const SigningKey& es256_key() {
  static const auto key = SigningKey::p256("ec");
  return key;
}
const SigningKey& eddsa_key() {
  static const auto key = SigningKey::ed25519("ed");
  return key;
}

class OpenIdTest : public testing::Test {
 protected:
  void publish(const std::string& text) const { std::ofstream{file} << text; }

  // What an issuer with these keys accepts.
  std::unique_ptr<OpenIdIssuers> opened(const std::vector<json>& jwks) const {
    publish(test::jwk_set(jwks));
    auto issuers = OpenIdIssuers::open({config});
    if (!issuers) throw std::runtime_error(issuers.error());
    return *std::move(issuers);
  }

  std::unique_ptr<OpenIdIssuers> opened_with_all_keys() const {
    return opened({rs256_key().jwk(), ps256_key().jwk(), es256_key().jwk(), eddsa_key().jwk()});
  }

  std::unique_ptr<OpenIdIssuers> opened() const { return opened({es256_key().jwk(), eddsa_key().jwk()}); }

  static json claims() {
    return {{"iss", "https://id.example"},
            {"aud", "stimmbuch"},
            {"sub", "anna"},
            {"exp", 1'780'000'600},
            {"iat", 1'780'000'000}};
  }

  static json claims_with(const char* name, json value) {
    auto changed = claims();
    changed[name] = std::move(value);
    return changed;
  }

  static json claims_without(const char* name) {
    auto changed = claims();
    changed.erase(name);
    return changed;
  }

  std::string refusal_to_open(const std::string& text) const {
    publish(text);
    const auto issuers = OpenIdIssuers::open({config});
    EXPECT_FALSE(issuers.has_value());
    return issuers ? std::string{} : issuers.error();
  }

  AuthFault fault(const OpenIdIssuers& issuers, const std::string& token) const {
    const auto grant = issuers.verify(token, now);
    EXPECT_FALSE(grant.has_value()) << token;
    return grant ? AuthFault{} : grant.error().fault;
  }

  test::TemporaryDirectory place;
  fs::path file = place.path() / "keys.json";
  OpenIdIssuer config{.issuer = "https://id.example",
                      .audience = "stimmbuch",
                      .keys_file = file,
                      .roles_of_all = {Role::citizen},
                      .role_claim = "",
                      .roles = {},
                      .typ = "",
                      .acr = {}};
  const Time now{1'780'000'000s};
};

// ---- signatures

TEST_F(OpenIdTest, AcceptsTokensOfEveryAlgorithmOfItsKeys) {
  const auto issuers = opened_with_all_keys();
  for (const auto* key : {&rs256_key(), &ps256_key(), &es256_key(), &eddsa_key()}) {
    const auto grant = issuers->verify(key->token(claims()), now);
    ASSERT_TRUE(grant) << key->alg() << grant.error().text;
    EXPECT_EQ(grant->issuer, "https://id.example");
    EXPECT_EQ(grant->subject, "anna");
    EXPECT_EQ(grant->roles, Roles{Role::citizen});
    EXPECT_EQ(grant->expires, Time{1'780'000'660s});
  }
}

// RFC 7515, appendix A.3: a key and a signature that others made.
TEST_F(OpenIdTest, ReadsTheKeyOfRfc7515) {
  const json jwk{{"kty", "EC"},
                 {"crv", "P-256"},
                 {"kid", "rfc"},
                 {"x", "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"},
                 {"y", "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}};
  EXPECT_NO_THROW(opened({jwk}));
}

TEST_F(OpenIdTest, RefusesEveryAlteredPart) {
  const auto issuers = opened_with_all_keys();
  for (const auto* key : {&rs256_key(), &ps256_key(), &es256_key(), &eddsa_key()}) {
    const auto token = key->token(claims());
    const auto claims_at = token.find('.') + 1;
    const auto signature_at = token.rfind('.') + 1;
    const auto other_claims = token.substr(0, claims_at) +
                              test::base64url(claims_with("sub", "bert").dump()) +
                              token.substr(signature_at - 1);
    EXPECT_EQ(fault(*issuers, other_claims), AuthFault::foreign);
    for (std::size_t i = 0; i < 40; i += 7) {
      auto altered = token;
      altered[signature_at + i] = altered[signature_at + i] == 'A' ? 'B' : 'A';
      EXPECT_EQ(fault(*issuers, altered), AuthFault::foreign) << key->alg();
    }
    for (const auto& cut :
         {token.substr(0, signature_at), token.substr(0, token.size() - 4), token + "AAAA"}) {
      EXPECT_FALSE(issuers->verify(cut, now)) << key->alg();
    }
  }
}

TEST_F(OpenIdTest, RefusesTheKeysOfOthers) {
  const auto issuers = opened();
  EXPECT_EQ(fault(*issuers, SigningKey::p256("ec").token(claims())), AuthFault::foreign);
  EXPECT_EQ(fault(*issuers, SigningKey::ed25519("unknown").token(claims())), AuthFault::foreign);
}

TEST_F(OpenIdTest, LetsTheKeyDecideTheAlgorithm) {
  const auto issuers = opened_with_all_keys();
  const auto text = claims().dump();
  const auto header = [](const char* alg, const char* kid) {
    return json{{"alg", alg}, {"kid", kid}}.dump();
  };
  const auto with_alg = [&](const SigningKey& key, const char* alg) {
    return key.token(header(alg, key.kid().c_str()), text);
  };
  // nothing, or an HMAC under the public key
  for (const auto* alg : {"none", "None", "NONE", ""}) {
    EXPECT_EQ(fault(*issuers, test::base64url(header(alg, "rsa")) + "." + test::base64url(text) + "."),
              AuthFault::foreign);
  }
  EXPECT_EQ(fault(*issuers, test::hs256_token(header("HS256", "rsa"), text, rs256_key().pem())),
            AuthFault::foreign);
  EXPECT_EQ(fault(*issuers, test::hs256_token(header("RS256", "rsa"), text, rs256_key().pem())),
            AuthFault::foreign);
  // the right key under the name of another algorithm
  EXPECT_EQ(fault(*issuers, with_alg(rs256_key(), "PS256")), AuthFault::foreign);
  EXPECT_EQ(fault(*issuers, with_alg(ps256_key(), "RS256")), AuthFault::foreign);
  EXPECT_EQ(fault(*issuers, with_alg(es256_key(), "ES384")), AuthFault::foreign);
  EXPECT_EQ(fault(*issuers, with_alg(eddsa_key(), "Ed25519")), AuthFault::foreign);
  EXPECT_EQ(fault(*issuers, with_alg(rs256_key(), "rs256")), AuthFault::foreign);
  // the name of another key
  EXPECT_EQ(fault(*issuers, es256_key().token(header("ES256", "rsa"), text)), AuthFault::foreign);
  EXPECT_EQ(fault(*issuers, es256_key().token(header("RS256", "rsa"), text)), AuthFault::foreign);
}

TEST_F(OpenIdTest, UsesNoKeyThatTheTokenBringsAlong) {
  const auto issuers = opened();
  const auto mine = SigningKey::p256("mine");
  for (const auto* kid : {"mine", "ec"}) {
    const json header{{"alg", "ES256"},
                      {"kid", kid},
                      {"jwk", mine.jwk()},
                      {"jku", "https://attacker.example/keys"},
                      {"x5u", "https://attacker.example/chain"},
                      {"x5c", {"AAAA"}}};
    EXPECT_EQ(fault(*issuers, mine.token(header.dump(), claims().dump())), AuthFault::foreign);
  }
  // In a good token they mean nothing.
  auto header = es256_key().header();
  header["jku"] = "https://attacker.example/keys";
  EXPECT_TRUE(issuers->verify(es256_key().token(header.dump(), claims().dump()), now));
}

TEST_F(OpenIdTest, RefusesWhatItDoesNotUnderstand) {
  const auto issuers = opened();
  auto header = es256_key().header();
  header["crit"] = {"b64"};
  EXPECT_EQ(fault(*issuers, es256_key().token(header.dump(), claims().dump())), AuthFault::unacceptable);
  header["crit"] = json::array();
  EXPECT_EQ(fault(*issuers, es256_key().token(header.dump(), claims().dump())), AuthFault::unacceptable);
}

TEST_F(OpenIdTest, NeedsKidAndAlgorithm) {
  const auto issuers = opened();
  for (const auto* name : {"kid", "alg"}) {
    auto header = es256_key().header();
    header.erase(name);
    EXPECT_EQ(fault(*issuers, es256_key().token(header.dump(), claims().dump())), AuthFault::malformed);
    header[name] = 1;
    EXPECT_EQ(fault(*issuers, es256_key().token(header.dump(), claims().dump())), AuthFault::malformed);
  }
}

// ---- form

TEST_F(OpenIdTest, RefusesEveryOtherForm) {
  const auto issuers = opened();
  const auto token = es256_key().token(claims());
  const auto header = es256_key().header().dump();
  for (const auto& other : {std::string{}, std::string{".."}, token + ".", token.substr(0, token.rfind('.')),
                            "." + token, token + "=", token + " ", "a" + token, std::string(9000, 'a'),
                            es256_key().token("[]", claims().dump()), es256_key().token(header, "{} {}"),
                            es256_key().token(header, "{\"sub\":\"\xff\"}"),
                            es256_key().token(header, "null"), es256_key().token(header, "")}) {
    EXPECT_EQ(fault(*issuers, other), AuthFault::malformed);
  }
}

TEST_F(OpenIdTest, RefusesMembersThatAreThereTwice) {
  const auto issuers = opened();
  const auto twice = claims().dump().insert(1, R"("sub":"bert",)");
  EXPECT_EQ(fault(*issuers, es256_key().token(es256_key().header().dump(), twice)), AuthFault::malformed);
  const auto nested = claims().dump().insert(1, R"("x":{"a":1,"a":2},)");
  EXPECT_EQ(fault(*issuers, es256_key().token(es256_key().header().dump(), nested)), AuthFault::malformed);
  const auto header = es256_key().header().dump().insert(1, R"("alg":"none",)");
  EXPECT_EQ(fault(*issuers, es256_key().token(header, claims().dump())), AuthFault::malformed);
  const auto apart = claims().dump().insert(1, R"("x":{"sub":1},"y":[{"sub":1},{"sub":1}],)");
  EXPECT_TRUE(issuers->verify(es256_key().token(es256_key().header().dump(), apart), now));
}

TEST_F(OpenIdTest, RefusesDeepNesting) {
  const auto issuers = opened();
  for (const auto depth : {20U, 2500U}) {
    const auto deep = R"({"x":)" + std::string(depth, '[') + std::string(depth, ']') + "}";
    EXPECT_EQ(fault(*issuers, es256_key().token(es256_key().header().dump(), deep)), AuthFault::malformed);
  }
}

// ---- claims

TEST_F(OpenIdTest, AcceptsOnlyItsIssuerAndAudience) {
  const auto issuers = opened();
  const auto& key = es256_key();
  for (const auto& other :
       {json("https://id.example/"), json("https://ID.example"), json("https://evil.example"), json(""),
        json(1), json(nullptr), json::array({"https://id.example"})}) {
    EXPECT_EQ(fault(*issuers, key.token(claims_with("iss", other))), AuthFault::foreign) << other;
  }
  EXPECT_EQ(fault(*issuers, key.token(claims_without("iss"))), AuthFault::foreign);

  EXPECT_TRUE(issuers->verify(key.token(claims_with("aud", {"other", "stimmbuch"})), now));
  for (const auto& other : {json("other"), json::array(), json::array({"other"}), json(1), json::object()}) {
    EXPECT_EQ(fault(*issuers, key.token(claims_with("aud", other))), AuthFault::foreign) << other;
  }
  EXPECT_EQ(fault(*issuers, key.token(claims_without("aud"))), AuthFault::foreign);
}

TEST_F(OpenIdTest, KeepsIssuersApart) {
  publish(test::jwk_set({es256_key().jwk()}));
  auto other = config;
  other.issuer = "https://other.example";
  other.keys_file = place.path() / "other.json";
  std::ofstream{other.keys_file} << test::jwk_set({eddsa_key().jwk()});
  const auto issuers = OpenIdIssuers::open({config, other}).value();
  EXPECT_TRUE(issuers->verify(es256_key().token(claims()), now));
  EXPECT_TRUE(issuers->verify(eddsa_key().token(claims_with("iss", other.issuer)), now));
  EXPECT_EQ(fault(*issuers, eddsa_key().token(claims())), AuthFault::foreign);
  EXPECT_EQ(fault(*issuers, es256_key().token(claims_with("iss", other.issuer))), AuthFault::foreign);
}

TEST_F(OpenIdTest, NeedsASubjectAndAnEnd) {
  const auto issuers = opened();
  const auto& key = es256_key();
  for (const auto* name : {"sub", "exp"}) {
    EXPECT_EQ(fault(*issuers, key.token(claims_without(name))), AuthFault::malformed);
  }
  for (const auto& subject : {json(""), json(1), json(nullptr), json(std::string(256, 'x')), json("a\nb")}) {
    EXPECT_EQ(fault(*issuers, key.token(claims_with("sub", subject))), AuthFault::malformed) << subject;
  }
  for (const auto& end : {json("1780000600"), json(-1), json(1e300), json(nullptr), json(true)}) {
    EXPECT_EQ(fault(*issuers, key.token(claims_with("exp", end))), AuthFault::malformed) << end;
  }
}

TEST_F(OpenIdTest, ForgivesClocksAMinute) {
  const auto issuers = opened();
  const auto& key = es256_key();
  const auto second = 1'780'000'000;
  EXPECT_TRUE(issuers->verify(key.token(claims_with("exp", second - 59)), now));
  EXPECT_TRUE(issuers->verify(key.token(claims_with("exp", second - 58.5)), now));
  EXPECT_EQ(fault(*issuers, key.token(claims_with("exp", second - 60))), AuthFault::expired);
  for (const auto* name : {"nbf", "iat"}) {
    EXPECT_TRUE(issuers->verify(key.token(claims_with(name, second + 60)), now)) << name;
    EXPECT_EQ(fault(*issuers, key.token(claims_with(name, second + 61))), AuthFault::not_yet_valid);
    EXPECT_EQ(fault(*issuers, key.token(claims_with(name, "x"))), AuthFault::malformed);
  }
}

TEST_F(OpenIdTest, TakesRolesFromTheClaimThatItIsTold) {
  config.role_claim = "/realm_access/roles";
  config.roles = {
      {"town-staff", Role::staff}, {"town-registrar", Role::registrar}, {"cert", Role::certifier}};
  const auto issuers = opened();
  const auto roles = [&](json value) {
    return issuers->verify(es256_key().token(claims_with("realm_access", {{"roles", std::move(value)}})),
                           now);
  };
  EXPECT_EQ(roles({"town-staff", "other"})->roles, (Roles{Role::citizen, Role::staff}));
  EXPECT_EQ(roles("other town-staff town-registrar")->roles,
            (Roles{Role::citizen, Role::staff, Role::registrar}));
  for (const auto& none :
       {json::array(), json("town-staffs"), json(1), json({{"town-staff", true}}), json({1, 2})}) {
    EXPECT_EQ(roles(none)->roles, Roles{Role::citizen}) << none;
  }
  EXPECT_EQ(issuers->verify(es256_key().token(claims()), now)->roles, Roles{Role::citizen});
  EXPECT_EQ(roles({"town-registrar", "cert"}).error().fault, AuthFault::unacceptable);
}

TEST_F(OpenIdTest, AcceptsOnlyTheTypeThatItIsTold) {
  config.typ = "at+jwt";
  const auto issuers = opened();
  const auto token = [&](const json& typ) {
    auto header = es256_key().header();
    header["typ"] = typ;
    return es256_key().token(header.dump(), claims().dump());
  };
  EXPECT_TRUE(issuers->verify(token("at+jwt"), now));
  EXPECT_TRUE(issuers->verify(token("application/AT+JWT"), now));
  for (const auto& other : {json("JWT"), json(""), json(1)}) {
    EXPECT_EQ(fault(*issuers, token(other)), AuthFault::unacceptable);
  }
}

TEST_F(OpenIdTest, AcceptsOnlyTheLevelsOfAssuranceThatItIsTold) {
  config.acr = {"substantial", "high"};
  const auto issuers = opened();
  EXPECT_TRUE(issuers->verify(es256_key().token(claims_with("acr", "high")), now));
  EXPECT_EQ(fault(*issuers, es256_key().token(claims_with("acr", "low"))), AuthFault::unacceptable);
  EXPECT_EQ(fault(*issuers, es256_key().token(claims())), AuthFault::unacceptable);
}

// ---- keys

TEST_F(OpenIdTest, LeavesOutKeysForOtherUses) {
  const auto& key = es256_key();
  const auto changed = [&](const char* name, json value) {
    auto jwk = key.jwk();
    jwk[name] = std::move(value);
    return jwk;
  };
  for (const auto& jwk :
       {changed("use", "enc"), changed("key_ops", {"encrypt"}), changed("alg", "ES384"), changed("alg", 1),
        changed("kty", "RSA"), changed("crv", "P-384"), changed("x", "AAAA"),
        changed("x", std::string(43, 'A')), changed("kid", ""), changed("kid", 7), changed("kty", "oct")}) {
    const auto issuers = opened({jwk, eddsa_key().jwk()});
    EXPECT_EQ(fault(*issuers, key.token(claims())), AuthFault::foreign) << jwk;
    EXPECT_TRUE(issuers->verify(eddsa_key().token(claims()), now));
  }
  EXPECT_TRUE(opened({changed("key_ops", {"verify"})})->verify(key.token(claims()), now));
}

TEST_F(OpenIdTest, DoesNotGuessTheAlgorithmOfAnRsaKey) {
  auto jwk = rs256_key().jwk();
  jwk.erase("alg");
  const auto issuers = opened({jwk, eddsa_key().jwk()});
  EXPECT_EQ(fault(*issuers, rs256_key().token(claims())), AuthFault::foreign);
}

TEST_F(OpenIdTest, LeavesOutShortRsaKeys) {
  const auto weak = SigningKey::rsa("weak", "RS256", 1024);
  const auto issuers = opened({weak.jwk(), eddsa_key().jwk()});
  EXPECT_EQ(fault(*issuers, weak.token(claims())), AuthFault::foreign);
}

TEST_F(OpenIdTest, RefusesKeyFilesThatAreNotSound) {
  auto private_key = es256_key().jwk();
  private_key["d"] = "AAAA";
  for (const auto& text : {std::string{}, std::string{"{}"}, std::string{"[]"}, std::string{R"({"keys":{}})"},
                           std::string{R"({"keys":[]})"}, std::string{R"({"keys":[1]})"},
                           std::string{R"({"keys":[],"keys":[]})"}, test::jwk_set({private_key}),
                           test::jwk_set({es256_key().jwk(), es256_key().jwk()}),
                           test::jwk_set({es256_key().jwk()}) + std::string(1 << 20, ' '),
                           test::jwk_set(std::vector<json>(101, es256_key().jwk()))}) {
    const auto reason = refusal_to_open(text);
    EXPECT_NE(reason.find(file.string()), std::string::npos);
    EXPECT_NE(reason.find("https://id.example"), std::string::npos);
  }
  fs::remove(file);
  EXPECT_FALSE(OpenIdIssuers::open({config}));
}

TEST_F(OpenIdTest, RefusesSettingsThatWouldAcceptTooMuch) {
  publish(test::jwk_set({es256_key().jwk()}));
  const auto refused = [](const OpenIdIssuer& changed) {
    return !OpenIdIssuers::open({changed}).has_value();
  };
  auto plain = config;
  plain.issuer = "http://id.example";
  EXPECT_TRUE(refused(plain));
  plain.issuer = "local";
  EXPECT_TRUE(refused(plain));
  auto any_audience = config;
  any_audience.audience = "";
  EXPECT_TRUE(refused(any_audience));
  auto no_pointer = config;
  no_pointer.role_claim = "roles";
  EXPECT_TRUE(refused(no_pointer));
  EXPECT_FALSE(OpenIdIssuers::open({config, config}).has_value());
}

TEST_F(OpenIdTest, TakesNewKeysWhenToldAndKeepsTheOldWhenTheyAreBad) {
  const auto issuers = opened({es256_key().jwk()});
  publish(test::jwk_set({eddsa_key().jwk()}));
  EXPECT_TRUE(issuers->verify(es256_key().token(claims()), now));
  EXPECT_TRUE(issuers->reload().empty());
  EXPECT_FALSE(issuers->verify(es256_key().token(claims()), now));
  EXPECT_TRUE(issuers->verify(eddsa_key().token(claims()), now));

  publish("nonsense");
  EXPECT_EQ(issuers->reload().size(), 1U);
  EXPECT_TRUE(issuers->verify(eddsa_key().token(claims()), now));
}

TEST_F(OpenIdTest, AcceptsNothingWhereNoIssuerIsTrusted) {
  const auto issuers = OpenIdIssuers::open({}).value();
  EXPECT_EQ(fault(*issuers, es256_key().token(claims())), AuthFault::foreign);
}

}  // namespace
}  // namespace stimmbuch::identity
