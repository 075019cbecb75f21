// A language model in the manner of llm.c: plain C, all parameters in one array, all gradients in another. A letter is
// embedded, and a head gives the letter that follows: logits_v = <head_v, embed_letter>.
#pragma once
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { V = 27, C = 16 };  // letters, width
enum { EMBED = 0, HEAD = EMBED + V * C, SIZE = HEAD + V * C };

static const char text[] = "peter piper picked a peck of pickled peppers a peck of pickled peppers peter piper picked ";

static int letter(int t) { return text[t] == ' ' ? 26 : text[t] - 'a'; }

// The same start everywhere: uniform in [-1/2, 1/2] from a linear congruential generator.
static void start(float* params) {
    unsigned state = 1;
    for (int i = 0; i < SIZE; ++i) state = state * 1664525u + 1013904223u, params[i] = (float)(state >> 16) / 65536.0f - 0.5f;
}

// Mean cross-entropy over the text; grads is overwritten with its gradient.
static float loss_and_gradients(const float* params, float* grads) {
    const int length = (int)strlen(text) - 1;
    float loss = 0;
    memset(grads, 0, SIZE * sizeof(float));
    for (int t = 0; t < length; ++t) {
        const float *x = params + EMBED + letter(t) * C, *head = params + HEAD;
        float *dx = grads + EMBED + letter(t) * C, *dhead = grads + HEAD;
        float p[V], sum = 0;
        for (int v = 0; v < V; ++v) {
            float logit = 0;
            for (int j = 0; j < C; ++j) logit += head[v * C + j] * x[j];
            sum += p[v] = expf(logit);
        }
        loss -= logf(p[letter(t + 1)] / sum) / (float)length;
        for (int v = 0; v < V; ++v) {
            const float dlogit = (p[v] / sum - (float)(v == letter(t + 1))) / (float)length;
            for (int j = 0; j < C; ++j) dhead[v * C + j] += dlogit * x[j], dx[j] += dlogit * head[v * C + j];
        }
    }
    return loss;
}
