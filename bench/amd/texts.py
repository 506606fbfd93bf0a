"""What people and machines say when they answer: sentences apart by `|`. No text as a whole is in both parts."""

from __future__ import annotations

from bench.amd.voices import Part

Texts = dict[Part, tuple[str, ...]]

SHORT: Texts = {
    "chosen": (
        "Hello?",
        "Hello.",
        "Yes?",
        "Hi.",
        "Yeah, hello?",
        "Good morning.",
        "Who is it?",
        "Hey there.",
    ),
    "scored": (
        "Hello, yes?",
        "Hello hello?",
        "Yes, hello.",
        "Hi there.",
        "Yup?",
        "Good evening.",
        "Who's there?",
        "Hey.",
        "Yes please?",
        "Speaking.",
        "Hiya.",
    ),
}
NAME: Texts = {
    "chosen": (
        "Miller speaking.",
        "This is Anna.",
        "Tom Baker.",
        "Hello, Peter here.",
        "Anna Miller, hello.",
        "Yes, this is Susan.",
        "Hi, it's Mark.",
    ),
    "scored": (
        "Johnson speaking.",
        "This is Laura.",
        "David Cooper.",
        "Hello, George here.",
        "Emily Watson, hello.",
        "Yes, this is Robert.",
        "Hi, Karen speaking.",
        "Doctor Harris.",
        "Hello, this is Frank.",
    ),
}
BUSINESS: Texts = {
    "chosen": (
        "Hello, this is Anna from Miller and sons, how can I help you?",
        "Good morning, Baker and company, Tom speaking.",
        "Thank you for calling Green Garden, this is Susan, how may I help?",
    ),
    "scored": (
        "Good afternoon, Cooper Plumbing, Laura speaking, what can I do for you?",
        "Harris dental practice, Emily speaking, how can I help you?",
        "Hi, you're speaking with Frank at Watson motors.",
        "Reception, this is Karen, how may I direct your call?",
    ),
}
AGAIN: Texts = {
    "chosen": (
        "Hello?",
        "Is anybody there?",
        "Hello? Who is this?",
    ),
    "scored": (
        "Hello, hello?",
        "Anyone there?",
        "Who am I speaking to?",
    ),
}
TELEVISION: Texts = {
    "chosen": (
        "And now to the weather in the north of the country, where it will rain until the evening.",
        "The home team leads by two, and there are nine minutes left to play this afternoon.",
    ),
    "scored": (
        "In other news, the bridge over the river will stay closed to all traffic for another month.",
        "Welcome back to the show, tonight we have a guest who wrote a book about old railway lines.",
    ),
}

PERSONAL: Texts = {
    "chosen": (
        "Hi, you've reached Anna. | I can't come to the phone right now. | Please leave a message after the beep.",
        "Hello, this is Tom Baker. | I'm not available at the moment. | Leave your name and number, and I will "
        "call you back.",
        "Hey, it's Mark. | Sorry I missed your call. | Leave me a message and I'll get back to you.",
        "You have reached the Miller family. | We are not at home. | Please leave a message after the tone.",
        "Hi, this is Susan. | I'm away from my desk or on another call. | Please leave a message.",
    ),
    "scored": (
        "Hello, you've reached Laura Cooper. | I'm unable to take your call right now. | Please leave your message "
        "after the beep.",
        "Hi, this is Frank. | I can't answer the phone. | Leave a message with your name and number, and I'll get "
        "back to you as soon as I can.",
        "Hi, Emily here. | Sorry, I missed your call. | Please leave me a message. | Thank you, bye.",
        "You've reached the voicemail of Robert Watson. | I'm currently unavailable. | Please leave a message at "
        "the tone.",
        "Good day. | You have reached the Harris residence. | Nobody is home. | Speak after the tone.",
        "Hey. | I'm probably driving. | Leave a message, or better, send me a text.",
    ),
}
CARRIER: Texts = {
    "chosen": (
        "Your call has been forwarded to an automatic voice message system. | Five five five, zero one four two, | "
        "is not available. | At the tone, please record your message. | When you have finished recording, you may "
        "hang up.",
        "The person you are trying to reach is not available. | Please leave a message after the tone.",
        "Welcome to voicemail. | The subscriber cannot take your call. | Please leave your message after the tone.",
    ),
    "scored": (
        "The customer you are calling is not available. | At the tone, please leave your message. | When finished, "
        "hang up or press pound for more options.",
        "Your call has been forwarded to voicemail. | The person you're trying to reach is not available. | At the "
        "tone, please record your message.",
        "The mobile phone you have called is switched off. | Please leave a message after the beep.",
        "No one is available to take your call. | Please leave a message after the tone.",
    ),
}
BRIEF: Texts = {
    "chosen": (
        "Leave a message.",
        "It's Tom, leave a message after the beep.",
        "You know what to do.",
    ),
    "scored": (
        "Please leave your message.",
        "This is Karen, leave me a message.",
        "Can't talk, leave a message.",
    ),
}
MENU: Texts = {
    "chosen": (
        "Thank you for calling Northwind Bank. | For account balances, press one. | For lost cards, press two. | "
        "To speak to somebody, press zero.",
        "Welcome to Green Garden. | Our opening hours are nine to five. | For sales, press one. | For all other "
        "questions, press two.",
        "Please listen carefully, as our menu options have changed. | For billing, press one. | For support, press "
        "two.",
    ),
    "scored": (
        "Thank you for calling Harris Insurance. | If you know your party's extension, you may dial it at any "
        "time. | For claims, press one. | For billing, press two.",
        "Welcome to Watson Motors. | For service, press one. | For parts, press two. | To repeat this menu, press "
        "nine.",
        "Hello, and thank you for calling the city library. | To renew a book, press one. | To hear our opening "
        "hours, press two.",
        "You have reached Cooper Clinic. | To make an appointment, press one. | If this is an emergency, hang up "
        "and dial the emergency number. | To speak to an operator, press zero.",
    ),
}
SCREENED: Texts = {
    "chosen": (
        "Hi. | If you record your name and reason for calling, I'll see if this person is available.",
        "The person you are calling is using a screening service. | Please state your name and why you are calling.",
        "Please say your name after the tone, and I will see if this person is available.",
    ),
    "scored": (
        "Hello. | The person you're calling is using a call screening service, and will get a copy of this "
        "conversation. | Go ahead and say your name and why you're calling.",
        "Before I connect you, please state your name and the reason for your call.",
        "This person does not accept calls from unknown numbers. | Record your name and reason for calling, and "
        "stay on the line.",
    ),
}
INTERCEPT: Texts = {
    "chosen": ("The number you have dialed is not in service. | Please check the number and dial again.",),
    "scored": (
        "We're sorry, you have reached a number that has been disconnected or is no longer in service.",
        "Your call cannot be completed as dialed.",
    ),
}
