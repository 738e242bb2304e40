#pragma once

#include "json_input.hpp"
#include "stimmbuch/domain/contribution.hpp"
#include "text_input.hpp"

// From the bodies of requests to commands about contributions; as command_input.hpp.
namespace stimmbuch::http::api {

contribution::Submit read_submit(Members& in, VaultTexts& texts);
contribution::Revise read_revise(Members& in, VaultTexts& texts);
contribution::Release read_release(Members& in);
contribution::Withdraw read_withdraw(Members& in, VaultTexts& texts);
contribution::Merge read_merge(Members& in);
contribution::Answer read_answer(Members& in, VaultTexts& texts);
contribution::Hide read_hide(Members& in, VaultTexts& texts);
contribution::Restore read_restore(Members& in);
contribution::Appeal read_appeal(Members& in, VaultTexts& texts);
contribution::DecideAppeal read_decide_appeal(Members& in, VaultTexts& texts);

}  // namespace stimmbuch::http::api
